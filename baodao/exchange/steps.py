"""What the services of exchange share: the context of a plan, one step by its plan, a
running number per community, and the sentences of what the database keeps single."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import IntegrityError, transaction

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid
from baodao.core.models import next_number
from baodao.core.text import private_numbers
from baodao.exchange.rules import WorkCalendar
from baodao.places.calendars import ground

Row = Mapping[str, Any]
TELL = "exchange.tell"


@dataclass(frozen=True)
class Context:
    """The instant of the act, and the calendar and settings of its place."""

    now: datetime
    calendar: WorkCalendar
    settings: Mapping[str, Any]

    @property
    def day(self) -> date:
        return local(self.now).date()


Plan = Callable[[Row, Context], Write]


def context(
    path: str, now: datetime | None = None, epoch: int | None = None
) -> Context:
    """What the plans need to know of a place."""
    return Context(now or clock_now(), *ground(path, epoch))


def take(
    actor: Actor, action: str, pk: UUID, plan: Plan, *, reads: tuple[str, ...],
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """One step of a flow by its plan."""

    def decide(row: Row) -> Write:
        return plan(row, context(str(row["path"]), now, row["epoch"]))

    return act(actor, action, pk, decide, reads=reads, now=now, client_id=client_id)


class Verb(Protocol):
    """A service that takes one step; the further words are those of its plan."""

    def __call__(
        self, *, actor: Actor, pk: UUID, now: datetime | None = None,
        client_id: str = "", **words: Any,
    ) -> Done: ...  # fmt: skip


def verb(
    flow: str, reads: tuple[str, ...], event: str, plan: Callable[..., Write]
) -> Verb:
    """The service of a step that only its plan decides."""

    def step(
        *, actor: Actor, pk: UUID, now: datetime | None = None, client_id: str = "",
        **words: Any,
    ) -> Done:  # fmt: skip
        return take(
            actor, f"{flow}.{event}", pk, lambda r, c: plan(r, c, **words), reads=reads,
            now=now, client_id=client_id,
        )  # fmt: skip

    return step


def for_system(actor: Actor, whom: str = "") -> Actor:
    """The system, as the consequence of what `actor` has just done."""
    return replace(SYSTEM, request_id=actor.request_id, on_behalf_of=whom)


def number(series: str, path: str) -> str:
    """0012, running per community and series."""
    community = "/".join(path.split("/")[:5])
    return f"{next_number(f'{series}:{community}'):04d}"


@contextmanager
def single(**sentences: str) -> Iterator[None]:
    """One transaction; a constraint of the database named here becomes its sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for name, sentence in sentences.items():
            if name in str(error):
                raise Conflict(sentence) from error
        raise


def clean(**texts: str) -> None:
    """Raise Invalid for private numbers in what many people read."""
    wrong = {
        name: f"这里有{'、'.join(found)}，请去掉。"
        for name, text in texts.items()
        if (found := private_numbers(text))
    }
    if wrong:
        raise Invalid(fields=wrong)


def must(name: str, text: str, sentence: str) -> str:
    """`text` without the blanks around it; Invalid with the sentence when empty."""
    if not text.strip():
        raise Invalid(fields={name: sentence})
    clean(**{name: text})
    return text.strip()


def tell() -> tuple[str, Mapping[str, Any]]:
    """The job that sends the messages of an act."""
    return TELL, {}


# What stands open when its unit is gone without a successor ends so (domain 8.7).
GONE = Write(reason="unit_gone", job=tell())


def clocked(ctx: Context, due: datetime | None, **changes: Any) -> dict[str, Any]:
    """A fresh clock for the next state."""
    return {"clock_from": ctx.now, "due_at": due, **changes}
