"""Arguments with which the route tests fill in every URL: rows that exist, of the
standing cast's own community."""

from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from typing import Any

from baodao.activities import party_days, planning
from baodao.activities.tests import make as activities
from baodao.allocation.tests.make import pair_of, plan
from baodao.core.clock import at_local, now, today
from baodao.core.ids import uuid7
from baodao.councils.tests.samples import council_rows
from baodao.duties import rules
from baodao.duties.models import Duty
from baodao.duties.tests.make import KINDS, duties, source
from baodao.exchange.agreements.voices import token_of
from baodao.exchange.tests.make import exchanged
from baodao.notifications.services import message, send
from baodao.orders.tests.make import order_in
from baodao.oversight.tests.samples import directive_rows, policy_rows
from baodao.pairings import estates, visits_around
from baodao.pairings.fitting import set_apart
from baodao.pairings.models import EstatePairing
from baodao.pairings.tests.make import asked, planned
from baodao.pairings.tests.visiting import bond, visit
from baodao.pairings.visits_links import raw_token
from baodao.people.models import ContactTie, RoleTie
from baodao.people.retention import hold
from baodao.people.services.members import add_exemption
from baodao.people.tests.make import World
from baodao.places.services import add_local_day, open_pause
from baodao.places.tests.changing import drafted
from baodao.reporting.tests.make import home
from baodao.scoring.tests.due_samples import due_rows
from baodao.scoring.tests.make import OVER, summary_rows
from baodao.scoring.tests.samples import a_rule, score_rows
from baodao.scoring.tests.samples_evaluation import evaluation_rows
from baodao.sheets.tests.runs import checked
from baodao.shop.tests.samples import shop_acts, shop_rows
from baodao.surveys.tests.make import rounds

ROSTER = [["姓名", "单位"], ["王小明", "地区住建局"], ["李红", "住建委"]]
Sample = Callable[[str, Sequence[str]], dict[str, Any]]
_WHY = {"note": "试一试"}


def bodies(w: World) -> dict[str, dict[str, Any]]:
    """What the API's routes are sent: bodies of the right shape, so that the answer
    tells of rights and states."""
    return {
        "api:place_order": {"place": w.places.community.code, "category": "repair",
                            "detail": "灯坏了", "phone": "13900000000"},
        "api:orders_verify": {"title": "楼道灯坏了", "category": "repair"},
        "api:orders_edit": {"title": "楼道灯坏了"},
        "api:orders_reject": {"reason": "outside", **_WHY},
        "api:orders_merge": {"into": str(uuid7())},
        "api:orders_transfer": {"to": "12345", **_WHY},
        "api:orders_transfer_news": _WHY, "api:orders_transfer_done": _WHY,
        "api:orders_hand_over": {"up": True, **_WHY},
        "api:orders_answer_cannot": {"reason": "policy", "told": "call", **_WHY},
        "api:orders_recall": {"reason": "silent", **_WHY},
        "api:orders_withdraw": {"how": "call", **_WHY},
        "api:orders_dispatch": {"unit": str(w.units.unit.id)},
        "api:orders_return": {"reason": "no_capacity", **_WHY},
        "api:orders_assign": {"member": str(w.members.member.id)},
        "api:orders_release": {"reason": "time"}, "api:orders_decline": {"reason": "time"},
        "api:orders_hand_back": {"reason": "time"},
        "api:orders_report_done": {"start": at_local(today(), time.min).isoformat(),
                                "end": now().isoformat(), **_WHY},
        "api:orders_cannot_do": {"reason": "unsafe", **_WHY},
        "api:orders_ask_extension": {"hours": 24, **_WHY},
        "api:orders_extend": {"hours": 24, **_WHY}, "api:orders_refuse_extension": _WHY,
        "api:orders_confirm": {"result": "solved"}, "api:orders_reopen": {"result": "partly"},
        "api:orders_rate": {"rating": 5}, "api:orders_pause": {
            "reason": "居民外出", "until": (today() + timedelta(days=3)).isoformat(),
        },
        "api:orders_note": {"text": "试一试"},
        "api:add_place": {"name": "第九网格", "parent": w.places.community.code, "level": 6},
        "api:places_edit": {"name": "森格社区"}, "api:places_close": {"reason": "试一试"},
        "api:places_point": {"on": True},
        "api:add_unit": {"name": "试用单位", "seat": w.places.district.code, "kind": "organ"},
        "api:units_edit": {"name": "地区住建局", "seat": w.places.street.code, "kind": "organ"},
        "api:units_end": {"reason": "试一试"},
        "api:units_tie": {"point": w.places.grid.code},
        "api:add_member": {"name": "新来的", "unit": str(w.units.unit.id)},
        "api:members_edit": {"skills": ["repair"]},
        "api:members_duty": {"status": "seconded_away"},
        "api:members_leave": {"why": "moved_out"},
        "api:members_transfer": {"unit": str(w.units.other.id)},
        "api:member_reports_in": {"member": str(w.members.colleague.id), "channel": "residence",
                                  "place": w.places.community.code},
        "api:unit_reports_in": {"unit": str(w.units.unit.id), "place": w.places.community.code,
                                "head_name": "扎西", "liaison_name": "卓玛"},
        "api:report_ins_return": {"reason": "needs_info", **_WHY},
        "api:report_ins_end": {"reason": "moved"}, "api:report_ins_accept": {},
        "api:report_ins_resubmit": {},
        "api:report_ins_start_transfer": {"place": w.places.other_community.code},
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
    change = drafted(w.actors["county_org"], "merge", "542523200", into="542523100")
    told = message(
        event_id=uuid7(),
        title="试一试",
        person_id=w.members.member.person_id,
        url="/me/",
    )
    send([told])
    reported = home(w).id
    draft = plan(w, "county_org")
    rules.register(*KINDS)
    owed = duties(source(w))[0]
    to_confirm = duties(source(w, id=reported), kind="reconfirm")[0]
    pair = pair_of(draft, w.units.loose).id
    activity, (venue, carrier) = activities.published(w).id, activities.set_up(w)
    holding = activities.held(w, activities.post(w))
    turn = activities.told(w, holding)
    aim = planning.add_priority(
        actor=w.actors["county_org"], year=today().year, title="创建文明城市"
    ).id
    party_days.generate()
    party_day = Duty.objects.get(
        kind="party_day", source_id=w.orgs["unit"].pk, opens_on__day=1,
        opens_on__month=today().month,
    ).pk  # fmt: skip
    shared = exchanged(w)
    worker = w.actors["community_worker"]
    mark = set_apart(
        actor=worker, member_id=w.members.colleague.id, household_id=w.household.id,
        why="relative",
    ).id  # fmt: skip
    estates.confirm_estates(
        actor=worker, path=w.places.community.path,
        chosen={w.units.unit.pk: w.places.estate.pk},
    )  # fmt: skip
    waiting, bonded = asked(w), bond(w, at=now())
    visited = visit(w, bonded, on=today(), now=now())
    to_visit = visits_around.ask_visit(
        actor=w.actors["community_worker"], pairing_id=bonded.pk
    )
    whole = planned(w)
    held = hold(
        actor=w.actors["community_secretary"], object_id=waiting.pk,
        path=waiting.home_path, what="户0312的结对", why="有申诉",
    ).id  # fmt: skip
    first, again, wide = rounds(w)
    scored = score_rows(w)
    due = due_rows(w)
    documents, in_documents = policy_rows(w)
    summed = summary_rows(w)
    yearly = evaluation_rows(w)
    by_name = {
        "household_id": w.household.id,
        "order_id": served.id, "token": served.token, "event": "note", "field": "phone",
        "how": "open", "report_in_id": reported, "sheet": "member", "message_id": told.id,
        "username": "nobody", "key": "orders.verify_days",
        "run_id": checked(w.actors["unit_secretary"], "members", ROSTER).id,
        "code": "units", "what": "agenda", "role": "instructor",
        "scan_id": shared.pop("scan"), "pairing_id": waiting.pk, "visit_id": visited.id,
        "duty_id": to_visit.id, "home": w.household.pk, "home_token": bonded.token,
        "tap_token": raw_token(visited.id), "spot_token": token_of(w.places.estate),
        "rule_pk": a_rule(), **in_documents,
    }  # fmt: skip
    # What `pk` is, by the first words of the route's name.
    rows = {
        **council_rows(w), **directive_rows(w), **yearly, **scored, **documents, **summed,
        **shop_rows(w),
        **{f"allocation:{name}": pair for name in ("override", "undo", "lock", "unlock")},
        "activities:venue": venue, "activities:post": holding.post_id,
        "activities:holding": holding.pk, "activities:turn": turn.pk,
        "activities:owed": party_day, "activities:priority": aim, "activities:carrier": carrier, "activities:": activity,
        "pairings:pair_estate": w.places.estate.id,
        "pairings:unset_apart": mark, "pairings:run": whole.run_id,
        "pairings:plan": whole.pk, "pairings:pair_": whole.pairs.get().pk,
        "pairings:end_estate": EstatePairing.objects.get().pk,
        "allocation:": draft.id, "departures:unit": w.units.unit.id,
        "departures:": w.members.member.id, "duties:": owed.id,
        "progress:unit": w.units.unit.id, "progress:member": w.members.member.id,
        "reporting:of_duty": to_confirm.id,
        **shared,
        "surveys:sheet": again.sheets.get().pk, "surveys:places": wide.pk, "surveys:edit": first.pk,
        "surveys:": again.pk,
        "people:account": w.accounts["member"].id, "people:exemption_end": exemption.id,
        "people:exemption_add": w.members.member.id, "people:member": w.members.member.id,
        "people:org_add": w.units.unit.id, "people:org_edit": w.orgs["unit"].id,
        "people:resident": w.resident.id, "people:retention_release": held,
        "people:role_end": RoleTie.objects.get(role="grid_worker", person=w.people["grid_worker"]).id,
        "people:tie_add": w.units.loose.id,
        "people:tie_end": ContactTie.objects.get(unit=w.units.unit).id,
        "people:unit": w.units.unit.id, "places:day": day.id, "places:pause": pause.id,
        "places:change": change.id,
        "places:household_add": w.places.building.id, "places:household": w.places.household.id,
        "places:estate": w.places.estate.id, "places:": w.places.community.id,
        "api:orders": served.id, "api:one_order": served.id, "api:units": w.units.unit.id,
        "api:one_unit": w.units.unit.id, "api:members": w.members.member.id,
        "api:one_member": w.members.member.id, "api:places": w.places.community.id,
        "api:one_place": w.places.community.id, "api:report_ins": reported,
        "api:one_report_in": reported,
    }  # fmt: skip

    acts = shop_acts()

    def sample(name: str, args: Sequence[str]) -> dict[str, Any]:
        if name == "sheets:template":
            return {"sheet": "members"}
        if name == "shop:rule":
            return {"code": "service"}
        steps = {
            **acts,
            "activities:act": (activity, "cancel"),
            "activities:holding": (holding.pk, "end"),
            "activities:turn": (turn.pk, "confirm"),
            "scoring:rule_set_act": (scored["scoring:rule"], "drop"),
            "scoring:letter_act": (summed["scoring:letter"], "read"),
            "scoring:round_act": (yearly["scoring:round_act"], "draft"),
            "scoring:evaluation_act": (yearly["scoring:evaluation_act"], "see"),
        }
        if name in steps:
            return dict(zip(("pk", "event"), steps[name], strict=True))
        if name.startswith("surveys:question_") or name == "surveys:question":
            known = {"pk": again.pk, "key": "q2", "event": "up"}
            return {arg: known[arg] for arg in args}
        if name.startswith("policies:clause"):
            known = {
                "pk": rows["policies:clause"],
                "key": by_name["clause_key"],
                "event": "up",
            }
            return {arg: known[arg] for arg in args}
        if name == "councils:deliberation_print":
            return {"pk": rows["councils:deliberation_hold"], "what": "minutes"}
        if name == "policies:act":
            return {"pk": rows["policies:"], "event": "sign"}
        if list(args) == ["key"] and name.startswith("scoring:"):
            return {"key": OVER}
        if name in due:
            return {arg: due[name][arg] for arg in args}
        if name == "pairings:act":
            return {"pairing_id": waiting.pk, "event": "consent"}
        if name in ("pairings:home", "pairings:home_act"):
            known = {"token": waiting.token, "event": "decline"}
            return {arg: known[arg] for arg in args}
        if "visit" in name and list(args) == ["pairing_id"]:
            return {"pairing_id": bonded.pk}
        pk = next((v for start, v in rows.items() if name.startswith(start)), None)
        return {arg: pk if arg == "pk" else by_name[arg] for arg in args}

    return sample
