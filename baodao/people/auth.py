"""Sign-in by account name or by phone number."""

from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from baodao.core.crypto import keyed_hash
from baodao.people.models import Account


def phone_hash(phone: str) -> str:
    """The look-up key of a phone number; spaces and +86 do not matter."""
    digits = phone if phone.isdigit() else "".join(c for c in phone if c.isdigit())
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return keyed_hash(digits, "phone") if digits else ""


class PhoneOrNameBackend:
    """Finds the account by name, else by the person's phone. A phone that two
    people share opens neither: they sign in by name."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> Account | None:
        if not username or not password:
            return None
        account = self._find(username.strip())
        if account is None:
            make_password(password)  # the same time whether the name exists or not
            return None
        if account.is_active and account.check_password(password):
            return account
        return None

    def _find(self, name: str) -> Account | None:
        account = Account.objects.filter(username=name).first()
        if account or not any(c.isdigit() for c in name):
            return account
        hashed = phone_hash(name)
        found = (
            list(Account.objects.filter(person__phone_hash=hashed)[:2])
            if hashed
            else []
        )
        return found[0] if len(found) == 1 else None

    def get_user(self, user_id: UUID) -> Account | None:
        """The account of a session; a disabled one is signed out at once."""
        return Account.objects.filter(pk=user_id, is_active=True).first()
