"""Arguments with which the route tests fill in every URL: rows that exist, of the
standing cast's own community."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from baodao.core.clock import now
from baodao.core.ids import uuid7
from baodao.notifications.services import message, send
from baodao.orders.tests.make import order_in
from baodao.people.models import ContactTie, RoleTie
from baodao.people.services.members import add_exemption
from baodao.people.tests.make import World
from baodao.places.services import add_local_day, open_pause
from baodao.places.tests.changing import drafted
from baodao.reporting.tests.make import home

Sample = Callable[[str, Sequence[str]], dict[str, Any]]


def samples(w: World) -> Sample:
    """A function from route name and argument names to arguments that exist."""
    served = order_in("in_service", w)
    county = w.actors["county_org"]
    day = add_local_day(
        actor=county,
        path=w.places.district.path,
        day=date(2027, 1, 4),
        kind="holiday",
        name="雪灾停工",
    )
    pause = open_pause(
        actor=county, path=w.places.other_street.path, start=now(), reason="大雪封路"
    )
    exemption = add_exemption(
        actor=w.actors["unit_secretary"],
        member_id=w.members.colleague.id,
        kind="study",
        valid_from=date(2026, 9, 1),
    )
    change = drafted(w.actors["county_org"], "merge", "542523200", into="542523100")
    told = message(
        event_id=uuid7(),
        title="试一试",
        person_id=w.members.member.person_id,
        url="/me/",
    )
    send([told])
    by_name = {
        "order_id": served.id, "token": served.token, "event": "note", "field": "phone",
        "report_in_id": home(w).id, "sheet": "member", "message_id": told.id,
        "username": "nobody", "key": "orders.verify_days",
    }  # fmt: skip
    # What `pk` is, by the first words of the route's name.
    rows = {
        "people:account": w.accounts["member"].id, "people:exemption_end": exemption.id,
        "people:exemption_add": w.members.member.id, "people:member": w.members.member.id,
        "people:org_add": w.units.unit.id, "people:org_edit": w.orgs["unit"].id,
        "people:resident": w.resident.id,
        "people:role_end": RoleTie.objects.get(role="grid_worker", person=w.people["grid_worker"]).id,
        "people:tie_add": w.units.loose.id,
        "people:tie_end": ContactTie.objects.get(unit=w.units.unit).id,
        "people:unit": w.units.unit.id, "places:day": day.id, "places:pause": pause.id,
        "places:change": change.id,
        "places:household_add": w.places.building.id, "places:household": w.places.household.id,
        "places:estate": w.places.estate.id, "places:": w.places.community.id,
    }  # fmt: skip

    def sample(name: str, args: Sequence[str]) -> dict[str, Any]:
        pk = next((v for start, v in rows.items() if name.startswith(start)), None)
        return {arg: pk if arg == "pk" else by_name[arg] for arg in args}

    return sample
