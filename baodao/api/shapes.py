"""Kinds of input that every subject's API uses."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from ninja import Header, Schema
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Input(BaseModel):
    """A body: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid")


def _in_our_time(at: datetime) -> datetime:
    if not FIRST <= at < LAST:
        raise ValueError("date out of range")
    return at


def _day_in_our_time(day: date) -> date:
    if not FIRST.date() <= day < LAST.date():
        raise ValueError("date out of range")
    return day


Words = Annotated[str, Field(max_length=2000)]
Line = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=40)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
Day = Annotated[date, AfterValidator(_day_in_our_time)]
# A retry with the same key does nothing a second time and is told what the first did.
Once = Annotated[
    str,
    Header(
        "",
        alias="Idempotency-Key",
        max_length=200,
        description="重试用同一个值，只办一次",
    ),
]


def one_of(known: Any) -> Any:
    """A code of a table, documented as such; the service judges it."""
    return Annotated[
        str, Field(max_length=40, json_schema_extra={"enum": [str(k) for k in known]})
    ]


class ActOut(Schema):
    """What an act did: where the row stands now, and the event on record.
    `repeated`: the same Idempotency-Key had done it before."""

    id: str
    state: str
    version: int
    event_id: str
    repeated: bool = False
