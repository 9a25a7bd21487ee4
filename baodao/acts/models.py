import pgtrigger
from django.db import models
from django.db.models import Func, Q

from baodao.core.clock import now
from baodao.core.fields import CText, SealedText, TransactionId
from baodao.core.ids import uuid7


class Acted(models.Model):
    """Base of every row that acts write: id made in Python, version for the guard."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        abstract = True


class Event(models.Model):
    """One act, as it happened. Never changed, never deleted; carries no free text
    (that is `Note`), so that it may be kept as long as the audit needs."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    action = models.TextField()
    kind = models.TextField()
    object_id = models.UUIDField()
    path = CText(default="")
    from_state = models.TextField(default="")
    to_state = models.TextField(default="")
    actor_account = models.UUIDField(null=True)
    actor_person = models.UUIDField(null=True)
    actor_unit = models.UUIDField(null=True)
    actor_name = models.TextField(default="")
    actor_role = models.TextField(default="")
    on_behalf_of = models.TextField(default="")
    reason = models.TextField(default="")
    data = models.JSONField(default=dict)
    client_key = models.TextField(null=True)
    request_id = models.TextField(default="")
    xid = TransactionId(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client_key"],
                condition=Q(client_key__isnull=False),
                name="event_client_key_once",
            )
        ]
        indexes = [
            models.Index(fields=["object_id", "at"], name="event_of_object"),
            models.Index(fields=["action", "at"], name="event_by_action"),
            models.Index(
                fields=["actor_account", "at"],
                condition=Q(actor_account__isnull=False),
                name="event_by_actor",
            ),
            models.Index(fields=["xid", "id"], name="event_in_commit_order"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


class Note(models.Model):
    """Free text said with an act, apart from the event because it has a shorter
    life (domain 9.3). `audience`: requester (and staff), unit (and staff), staff."""

    AUDIENCES = {
        "requester": "居民看得到",
        "unit": "承办单位看得到",
        "staff": "社区看得到",
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    event = models.ForeignKey(Event, models.CASCADE, related_name="notes")
    audience = models.TextField(choices=list(AUDIENCES.items()))
    text = SealedText()
