from django.db import models

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.memory import bump
from baodao.people.models import Account


class ApiToken(Acted):
    """Lets a program act as one person in one role until a day. Kept as a hash; the
    token itself is shown once. Not kept: when it was last used (domain 0.1)."""

    ACCESS = Columns(own={"account_id": "account_id"})

    account = models.ForeignKey(Account, models.PROTECT, related_name="api_tokens")
    # The role tie it acts in, or "member" (`people.middleware.key_of`).
    role_key = models.TextField("角色")
    name = models.TextField("用途")
    hashed = models.TextField(unique=True)
    hint = models.TextField("末四位")
    valid_to = models.DateTimeField("到期")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="token_of")]
        triggers = [bump("token_kept")]

    def __str__(self) -> str:
        return f"{self.name}（…{self.hint}）"
