from django.db import models
from django.db.models import Q

from baodao.core.fields import CText
from baodao.core.ids import uuid7
from baodao.people.models import Person, Unit


class Message(models.Model):
    """To exactly one of: a person, a unit's desk, the holders of a role at a place.
    `event_id` and `addressee` make a retried job harmless."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.CASCADE, null=True, db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, db_index=False)
    role = models.TextField(default="")
    path = CText(default="")
    title = models.TextField()
    text = models.TextField(default="")
    url = models.TextField(default="")
    urgent = models.BooleanField(default=False)
    event_id = models.UUIDField()
    addressee = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit=None, role="")
                | Q(person=None, unit__isnull=False, role="")
                | (Q(person=None, unit=None) & ~Q(role="")),
                name="message_one_addressee",
            ),
            models.UniqueConstraint(
                fields=["event_id", "addressee"], name="message_once_per_event"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="message_to_person"),
            models.Index(fields=["unit", "-at"], name="message_to_unit"),
            models.Index(fields=["role", "path", "-at"], name="message_to_role"),
        ]


class Read(models.Model):
    """That a person has read a message; nobody but that person is shown it."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="reads")
    person = models.ForeignKey(Person, models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "person"], name="message_read_once"
            )
        ]
