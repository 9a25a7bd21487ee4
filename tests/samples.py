"""Arguments with which the route tests fill in every URL: rows that exist, of the
standing cast's own community."""

from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from typing import Any

from baodao.core.clock import at_local, now, today
from baodao.core.ids import uuid7
from baodao.notifications.services import message, send
from baodao.orders.tests.make import order_in
from baodao.people.models import ContactTie, RoleTie
from baodao.people.services.members import add_exemption
from baodao.people.tests.make import World
from baodao.places.services import add_local_day, open_pause
from baodao.reporting.tests.make import home

Sample = Callable[[str, Sequence[str]], dict[str, Any]]
_WHY = {"note": "试一试"}


def bodies(w: World) -> dict[str, dict[str, Any]]:
    """What the API's routes are sent: bodies of the right shape, so that the answer
    tells of rights and states."""
    return {
        "api:place_order": {"place": w.places.community.code, "category": "repair",
                            "detail": "灯坏了", "phone": "13900000000"},
        "api:act_verify": {"title": "楼道灯坏了", "category": "repair"},
        "api:act_edit": {"title": "楼道灯坏了"},
        "api:act_reject": {"reason": "outside", **_WHY},
        "api:act_merge": {"into": str(uuid7())},
        "api:act_transfer": {"to": "12345", **_WHY},
        "api:act_transfer_news": _WHY, "api:act_transfer_done": _WHY,
        "api:act_hand_over": {"up": True, **_WHY},
        "api:act_answer_cannot": {"reason": "policy", "told": "call", **_WHY},
        "api:act_recall": {"reason": "silent", **_WHY},
        "api:act_withdraw": {"how": "call", **_WHY},
        "api:act_dispatch": {"unit": str(w.units.unit.id)},
        "api:act_return": {"reason": "no_capacity", **_WHY},
        "api:act_assign": {"member": str(w.members.member.id)},
        "api:act_release": {"reason": "time"}, "api:act_decline": {"reason": "time"},
        "api:act_hand_back": {"reason": "time"},
        "api:act_report_done": {"start": at_local(today(), time.min).isoformat(),
                                "end": now().isoformat(), **_WHY},
        "api:act_cannot_do": {"reason": "unsafe", **_WHY},
        "api:act_ask_extension": {"hours": 24, **_WHY},
        "api:act_extend": {"hours": 24, **_WHY}, "api:act_refuse_extension": _WHY,
        "api:act_confirm": {"result": "solved"}, "api:act_reopen": {"result": "partly"},
        "api:act_rate": {"rating": 5}, "api:act_pause": {
            "reason": "居民外出", "until": (today() + timedelta(days=3)).isoformat(),
        },
        "api:act_note": {"text": "试一试"},
    }  # fmt: skip


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
        "places:household_add": w.places.building.id, "places:household": w.places.household.id,
        "places:estate": w.places.estate.id, "places:": w.places.community.id,
    }  # fmt: skip

    def sample(name: str, args: Sequence[str]) -> dict[str, Any]:
        pk = next((v for start, v in rows.items() if name.startswith(start)), None)
        return {arg: pk if arg == "pk" else by_name[arg] for arg in args}

    return sample
