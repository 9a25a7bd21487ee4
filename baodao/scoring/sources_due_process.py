"""How a record on a card names the deduction it came from."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from baodao.acts.actor import Actor
from baodao.records.sources import Source
from baodao.scoring.models import Deduction, Merit
from baodao.scoring.queries_deductions import deductions_seen


def describe(actor: Actor, ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """What happened; a link for whoever may see the deduction."""
    rows = Deduction.objects.filter(pk__in=list(ids))
    seen = set(deductions_seen(actor, rows).values_list("pk", flat=True))
    return {
        pk: Source(words, reverse("scoring:deduction", args=[pk]) if pk in seen else "")
        for pk, words in rows.values_list("pk", "words")
    }


def describe_merits(actor: Actor, ids: Iterable[UUID]) -> Mapping[UUID, Source]:
    """What it was, with its document; all of them stand on one list."""
    rows = Merit.objects.filter(pk__in=list(ids))
    url = reverse("scoring:merits")
    return {m.pk: Source(f"{m.deed} {m.says} {m.document}".strip(), url) for m in rows}
