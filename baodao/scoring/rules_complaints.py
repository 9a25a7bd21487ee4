"""The flow of a complaint 差评: received, checked within ten working days, decided with
reasons (domain 6.11, 9.5, 9.6). Only what is upheld counts, and even that is proposed
first like every other deduction."""

from collections.abc import Mapping

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, MOVERS, SYSTEM, TOWN

CHECK_DAYS = 10  # working days
SENT_AN_HOUR = 5  # that one address may send from the public page
WRONG_CODES, CODE_MINUTES = 10, 10

# Whom it is about decides who checks it (domain 9.5): nobody checks themselves.
ABOUT = {
    "service": "来服务的党员或单位",
    "staff": "社区（村）的工作人员",
    "misuse": "个人信息被乱看、积分被乱用",
}
DESK_OF = {"service": "community", "staff": "township", "misuse": "privacy"}
DESKS = {
    "community": "社区",
    "township": "乡镇（街道）党委",
    "privacy": "个人信息保护负责人",
}
SOURCES = {"desk": "到社区说的", "phone": "打电话说的", "online": "网上说的"}
NOTED = ("desk", "phone")  # what a worker writes down

STATES: Mapping[str, State] = {
    "received": State("收到了，待查", "community", "看一看，开始查", "soon", "message-circle"),
    "checking": State("在查", "community", "查清楚", "go", "search"),
    "upheld": State("查实了", "", "", "late", "alert-circle"),
    "not_upheld": State("没有查实", "", "", "ok", "circle-check"),
    "unclear": State("查不清", "", "", "idle", "help"),
}  # fmt: skip
OPEN = ("received", "checking")
OUTCOMES = {"uphold": "upheld", "reject": "not_upheld", "unclear": "unclear"}
FLOW = Flow.of(
    "complaints",
    STATES,
    [
        ("", "receive", "received"),
        ("", "send", "received"),
        ("received", "check", "checking"),
        *((s, "name", "checking") for s in OPEN),
        ("checking", "hear", "checking"),
        *((s, "hand_up", s) for s in OPEN),
        *((s, "step_aside", s) for s in OPEN),
        ("checking", "uphold", "upheld"),
        *((s, "reject", "not_upheld") for s in OPEN),
        *((s, "unclear", "unclear") for s in OPEN),
    ],
)


def desk_of(role: str) -> str:
    """At which desk a role checks complaints; "" when at none."""
    if role in COMMUNITY:
        return "community"
    if role in TOWN:
        return "township"
    return "privacy" if role in PRIVACY else ""


PRIVACY = {"privacy_officer": Scope.PLACE, "audit_admin": Scope.PLACE}
_HANDLERS = {**COMMUNITY, **TOWN, **PRIVACY}
COMPLAINTS = {
    "view": ("查看差评", {**_HANDLERS, "county_org": Scope.PLACE}),
    "receive": ("登记差评", COMMUNITY),
    "send": ("网上写差评", {"anonymous": Scope.ALL}),
    "check": ("开始查", _HANDLERS),
    "name": ("写明是谁", {**COMMUNITY, **TOWN}),
    "hear": ("记下对方怎么说", _HANDLERS),
    "hand_up": ("请街道（乡镇）来查", COMMUNITY),
    "step_aside": ("说的是我，请别人查", {**TOWN, **PRIVACY}),
    "uphold": ("查实", _HANDLERS),
    "reject": ("没有查实", _HANDLERS),
    "unclear": ("查不清", _HANDLERS),
    "reveal": ("看反映人的称呼和电话", _HANDLERS),
    "withdraw": ("撤回告诉对方的同意", {**_HANDLERS, "anonymous": Scope.ALL}),
    "escalate": ("超时报上级", SYSTEM),
    "follow_place": ("随区划调整", MOVERS),
}
# Nobody checks what is about themselves, or what they wrote down (domain 5); who is meant
# does not even read it, in whatever role.
_OTHERS = {"filed_by": "person_id", "about_person": "person_id"}
_ABOUT_ME = {"about_person": "person_id"}
_CHECKING = ("check", "name", "hear", "uphold", "reject", "unclear")
CONFLICTS = {
    **dict.fromkeys(_CHECKING, _OTHERS),
    "view": _ABOUT_ME,
    "reveal": _ABOUT_ME,
    "withdraw": _ABOUT_ME,
}
_NOT_OWN = "自己登记的、关于自己的，要由别人来查。"
MESSAGES = dict.fromkeys(_CHECKING, _NOT_OWN)


def needs_name(about: str) -> bool:
    """Whether it has to be known whom it is about before it can be upheld: what counts
    on a card. About staff and misuse there are other ways than points."""
    return about == "service"
