"""The verbs of venues and carriers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from baodao.activities.models import Carrier, Venue
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.errors import Invalid
from baodao.core.ids import uuid7
from baodao.places.models import Place


@contextmanager
def _once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "_name_once_per_place" in str(error):
            raise Invalid(fields={"name": "已经有这个名称。请换一个。"}) from error
        raise


def add_venue(*, actor: Actor, place: Place, **columns: Any) -> Done:
    """A place to meet, at the actor's own place (A14)."""
    _check_hours(columns["opens"], columns["closes"])
    with _once():
        return create(
            actor, "venues.add", Venue(place=place, path=place.path, **columns)
        )


def edit_venue(*, actor: Actor, pk: UUID, **columns: Any) -> Done:
    """Change it; activities that are planned there stay."""
    _check_hours(columns["opens"], columns["closes"])
    with _once():
        return act(actor, "venues.edit", pk, lambda _: Write(set=columns))


def _check_hours(opens: time, closes: time) -> None:
    if closes <= opens:
        raise Invalid(fields={"closes": "关门要晚于开门。"})


def add_carrier(*, actor: Actor, name: str, note: str = "") -> Done:
    """A local brand for the actor's place and below (L35)."""
    row = Carrier(
        path=actor.path or "", code=f"c{uuid7().hex[-10:]}", name=name, note=note
    )
    with _once():
        return create(actor, "carriers.add", row)


def edit_carrier(*, actor: Actor, pk: UUID, **columns: Any) -> Done:
    """Rename it or retire it; what was counted under it stays so."""
    with _once():
        return act(actor, "carriers.edit", pk, lambda _: Write(set=columns))
