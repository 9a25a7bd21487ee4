"""Units that end and members that move, over the API (domain 8.2–8.4, 8.7). Each act
takes along what hangs on it; the answer says how much."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from baodao.api.answers import answer
from baodao.api.calls import actor_of
from baodao.api.shapes import Day, Input, Words, one_of
from baodao.departures import services
from baodao.departures.services import Moved
from baodao.people.rules import LEAVING
from baodao.people.services import Succession

units = Router(tags=["单位"])
members = Router(tags=["党员"])


class MovedOut(Schema):
    """How many members, report-ins and orders went on or ended with it."""

    members: int
    report_ins: int
    orders: int


class UnitEnd(Input):
    """`successor`: the unit it merges into; none: it is dissolved. `keep_ties`: ids of
    the open ties that the successor goes on with."""

    reason: Words
    successor: UUID | None = None
    keep_ties: list[UUID] = Field([], max_length=100)
    keep_roles: bool = False


class Transfer(Input):
    unit: UUID
    joined_on: Day | None = None


class Leave(Input):
    why: one_of(LEAVING)  # type: ignore[valid-type]
    on: Day | None = None


def _moved(done: Moved) -> HttpResponse:
    return answer(asdict(done))


@units.post(
    "/{uuid:pk}/acts/end", response=MovedOut, summary="合并或撤销单位",
    operation_id="units_end", url_name="units_end",
)  # fmt: skip
def end_unit(request: HttpRequest, pk: UUID, body: UnitEnd) -> Any:
    """Merge a unit into another, or dissolve it, in one step."""
    decided = Succession(
        pk, body.successor, body.reason, body.keep_ties, body.keep_roles
    )
    return _moved(services.end_unit(actor=actor_of(request), decided=decided))


@members.post(
    "/{uuid:pk}/acts/transfer", response=MovedOut, summary="转到别的单位",
    operation_id="members_transfer", url_name="members_transfer",
)  # fmt: skip
def transfer(request: HttpRequest, pk: UUID, body: Transfer) -> Any:
    """A member changes unit."""
    return _moved(
        services.transfer(
            actor=actor_of(request), member_id=pk, unit_id=body.unit,
            joined_on=body.joined_on,
        )
    )  # fmt: skip


@members.post(
    "/{uuid:pk}/acts/leave", response=MovedOut, summary="离开本地区",
    operation_id="members_leave", url_name="members_leave",
)  # fmt: skip
def leave(request: HttpRequest, pk: UUID, body: Leave) -> Any:
    """A member is gone for good."""
    return _moved(
        services.leave(
            actor=actor_of(request), member_id=pk, why=body.why, on=body.on
        )
    )  # fmt: skip
