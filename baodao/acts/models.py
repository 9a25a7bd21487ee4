import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q

from baodao.core.clock import now
from baodao.core.fields import CText, SealedText, TransactionId
from baodao.core.ids import uuid7


def append_only() -> pgtrigger.Trigger:
    """What is written stays: neither changed nor deleted, whoever asks."""
    return pgtrigger.Protect(
        name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
    )


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
        triggers = [append_only()]


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


class Seal(models.Model):
    """One batch of rows of one sealed table (`acts.sealing`), and its link to the batch
    before it, whatever table that was of. `opened` and `closed`: the columns it was made
    of, so that a column of later does not spoil it; `first_xid` and `last_xid`: of its
    rows; `from_xid` and `to_xid`: what was looked at."""

    seq = models.BigIntegerField(primary_key=True)
    generation = models.IntegerField()
    cluster = models.TextField()
    ledger = models.TextField()
    opened = ArrayField(models.TextField())
    closed = ArrayField(models.TextField())
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    first_xid = models.BigIntegerField()
    last_xid = models.BigIntegerField()
    n = models.IntegerField()
    digest = models.TextField()
    at = models.DateTimeField()
    prev = models.TextField()
    hash = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["ledger", "seq"], name="seal_of_ledger")]
        triggers = [append_only()]


class Leaves(models.Model):
    """The rows of a batch in their order: ids, to say which row it is, and a hash of
    each, of which `Seal.digest` is made. A forgotten row leaves its hash and loses its
    id (`Forgotten`). `salt` keeps what is not shown from being guessed."""

    seal = models.OneToOneField(Seal, models.PROTECT, primary_key=True)
    salt = models.BinaryField()
    ids = ArrayField(models.UUIDField(null=True))
    leaves = ArrayField(models.BinaryField())

    class Meta:
        triggers = [append_only()]


class Forgotten(models.Model):
    """Sealed rows that went because their time was over: which places of which batch.
    Sealed itself; the act that did it is the event of the same transaction."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField(default=now)
    seq = models.BigIntegerField()
    ledger = models.TextField()
    positions = ArrayField(models.IntegerField())
    xid = TransactionId(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        indexes = [models.Index(fields=["xid", "id"], name="forgotten_in_order")]
        triggers = [append_only()]


class Digest(models.Model):
    """The head of the chain after a day's end, shown to everybody and written down on
    paper: what was before it cannot change any more without showing."""

    day = models.DateField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.TextField()
    counts = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
