"""How a record names the activity or the post it came from."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from baodao.activities.models import Activity, Participation, Turn
from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.records.sources import Source


def describe(actor: Actor, ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """Number and title; a link for whoever may see the activity."""
    rows = Activity.objects.filter(pk__in=list(ids))
    seen = set(visible(rows, actor, "activities.view").values_list("pk", flat=True))
    return {
        pk: Source(
            f"活 {no} {title}" if no else title,
            reverse("activities:detail", args=[pk]) if pk in seen else "",
        )
        for pk, no, title in rows.values_list("pk", "no", "title")
    }


def describe_parts(actor: Actor, ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """The activity of somebody's part in it."""
    parts = Participation.objects.filter(pk__in=list(ids))
    of = dict(parts.values_list("pk", "activity_id"))
    known = describe(actor, of.values())
    return {pk: known[activity] for pk, activity in of.items()}


def describe_turns(_: Actor, ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """The post that was served."""
    rows = Turn.objects.filter(pk__in=list(ids))
    found = rows.values_list("pk", "holding__post__no", "holding__post__title")
    return {pk: Source(f"岗 {no} {title}" if no else title) for pk, no, title in found}
