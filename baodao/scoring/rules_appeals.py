"""The flow of an appeal 申诉 (domain 9.6; state_machines.csv: appeal): two instances,
reviewers who took no part, no worse result."""

from collections.abc import Collection, Mapping
from datetime import datetime

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import (
    COMMUNITY,
    MEMBER,
    MOVERS,
    ORG,
    SYSTEM,
    TOWN,
    UNIT,
)

# Working days, all of them, by the settings that say how many.
FILE_DAYS = "scoring.appeal_days"
ADMIT_DAYS = "scoring.admit_days"
FIRST_DAYS = "scoring.review_days"
SECOND_FILE_DAYS = "scoring.second_days"
SECOND_DAYS = "scoring.second_review_days"
EXECUTE_DAYS = "scoring.execute_days"
# For the step that a state waits for; those not named wait for nobody.
STEP_DAYS = {
    "filed": ADMIT_DAYS,
    "reviewing": FIRST_DAYS,
    "second_review": SECOND_DAYS,
    "upheld": EXECUTE_DAYS,
    "partly": EXECUTE_DAYS,
}

GROUNDS = {
    "fact": "事实不对",
    "rule": "规则用错了",
    "exempt": "当时应当免责",
    "conflict": "经办的人应当回避",
    "evidence": "有新的材料",
    "uncounted": "有服务是年度定了以后才确认的，没有算进来",
}
# Of one kind of decision only.
_ONLY = {"uncounted": "grade"}
STATES: Mapping[str, State] = {
    "filed": State("待受理", "superior", "受理", "soon", "clock"),
    "not_admitted": State("没有受理", "", "", "idle", "x"),
    "reviewing": State("一审复核中", "superior", "复核", "go", "search"),
    "upheld": State("申诉成立", "community", "执行", "ok", "circle-check"),
    "partly": State("部分成立", "community", "执行", "note", "check"),
    "dismissed": State("申诉不成立", "", "", "idle", "x"),
    "withdrawn": State("撤回了", "", "", "idle", "arrow-back-up"),
    "second_review": State("二审复核中", "superior", "复核", "go", "search"),
    "final_dismissed": State("维持，终结", "", "", "idle", "x"),
    "executed": State("执行完了", "", "", "ok", "circle-check"),
}
FIRST = ("filed", "reviewing")
DECIDED_ONCE = ("not_admitted", "dismissed", "partly")
# Still to come to an end; while one of these is not settled, the effect is suspended.
WAITING = (*FIRST, "second_review")
FLOW = Flow.of(
    "appeals",
    STATES,
    [
        ("", "file", "filed"),
        ("filed", "admit", "reviewing"),
        ("filed", "not_admit", "not_admitted"),
        *((s, "second", "second_review") for s in DECIDED_ONCE),
        # Nobody at the first instance may hear it: the second is the only one.
        *((s, "pass_up", "second_review") for s in FIRST),
        ("reviewing", "uphold", "upheld"),
        ("reviewing", "partly", "partly"),
        ("reviewing", "dismiss", "dismissed"),
        ("reviewing", "withdraw", "withdrawn"),
        ("second_review", "final_uphold", "upheld"),
        ("second_review", "final_dismiss", "final_dismissed"),
        ("upheld", "execute", "executed"),
        ("partly", "execute", "executed"),
    ],
)
DECISIONS = ("uphold", "partly", "dismiss", "final_uphold", "final_dismiss")

_SECOND = {"county_org": Scope.PLACE}
_OWN = {**MEMBER, "unit_secretary": Scope.UNIT, **COMMUNITY}
APPEALS = {
    "view": ("查看申诉", {**MEMBER, **UNIT, **COMMUNITY, **TOWN, **ORG}),
    "file": ("提出申诉", _OWN),
    "second": ("申请二审", _OWN),
    # Written down for somebody it may be; taken back it may not.
    "withdraw": ("撤回申诉", {**MEMBER, "unit_secretary": Scope.UNIT}),
    "admit": ("受理", TOWN),
    "not_admit": ("不受理", TOWN),
    "uphold": ("申诉成立", TOWN),
    "partly": ("部分成立", TOWN),
    "dismiss": ("申诉不成立", TOWN),
    "pass_up": ("转到县（区）复核", TOWN),
    "final_uphold": ("二审：成立", _SECOND),
    "final_dismiss": ("二审：维持", _SECOND),
    "execute": ("执行", {"community_secretary": Scope.PLACE, **SYSTEM}),
    "settle": ("申诉终结", SYSTEM),
    "escalate": ("超时报上级", SYSTEM),
    "follow_place": ("随区划调整", MOVERS),
}
# Nobody hears what they took part in (domain 5).
_PARTS = {
    "proposed_by": "person_id",
    "decided_by": "person_id",
    "about_person": "person_id",
}
_HEARS = ("admit", "not_admit", "uphold", "partly", "dismiss")
# Who took part in what is appealed against, in any way, takes none of these steps.
HEARS = (*_HEARS, "final_uphold", "final_dismiss")
CONFLICTS = {
    **dict.fromkeys(_HEARS, _PARTS),
    "final_uphold": {**_PARTS, "first_by": "person_id"},
    "final_dismiss": {**_PARTS, "first_by": "person_id"},
}
MESSAGES = {
    **dict.fromkeys(
        _HEARS,
        "一审由乡镇（街道）党委复核；参与过提出、决定的人要回避，请别的同事来办。",
    ),
    **dict.fromkeys(
        ("final_uphold", "final_dismiss"),
        "二审由县（区）委组织部复核；参与过前面决定的人要回避，请别的同事来办。",
    ),
    "execute": "由社区党组织书记执行。",
    "withdraw": "申诉由提出的人自己撤回，单位的由单位书记撤回。",
}


def grounds_of(kind: str) -> dict[str, str]:
    """The grounds on which a kind of decision may be appealed against."""
    return {g: t for g, t in GROUNDS.items() if _ONLY.get(g, kind) == kind}


def wrong_filing(
    grounds: Collection[str], text: str, late: bool, cause: str
) -> dict[str, str]:
    """What is missing in an appeal, by field."""
    found = {}
    if not grounds or set(grounds) - set(GROUNDS):
        found["grounds"] = "请至少选一个理由。"
    if not text.strip():
        found["text"] = "请写为什么不服，口头说的由社区照着写。"
    if late and not cause.strip():
        found["cause"] = "申诉的日子已经过了。有正当原因的请写明，由复核的人看。"
    return found


def outcome(first: str, final: str) -> str:
    """What is to be carried out after both instances: "reverse" all, "mend" a part, or
    "restore". `final` is "" when there was no second instance. The second never takes
    back what the first gave (no worse result)."""
    if "upheld" in (first, final):
        return "reverse"
    return "mend" if first == "partly" else "restore"


def second_open(state: str, until: datetime | None, now: datetime) -> bool:
    """Whether there is still a way to the second instance."""
    return state in DECIDED_ONCE and until is not None and now <= until
