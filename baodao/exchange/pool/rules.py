"""The pool of a township: flow, grants (A32, A33)."""

from collections.abc import Mapping

from baodao.acts import grants
from baodao.acts.flow import Flow, State
from baodao.exchange import rules as shared

KINDS = {"fund": "资金", "resource": "资源", "project": "项目"}
STATES: Mapping[str, State] = {
    "committed": State("已答应，待到位", "superior", "落实", "soon", "clock"),
    "delivered": State("已到位，待核实", "community", "核实", "go", "hourglass"),
    "verified": State("核实过", "", "", "ok", "circle-check"),
    "withdrawn": State("没有落实", "", "", "idle", "x"),
}
FLOW = Flow.of(
    "pool",
    STATES,
    [
        ("", "commit", "committed"),
        ("committed", "deliver", "delivered"),
        ("committed", "withdraw", "withdrawn"),
        ("delivered", "verify", "verified"),
        ("delivered", "dispute", "committed"),
        ("delivered", "use", "delivered"),
        ("verified", "use", "verified"),
    ],
)
_COUNTY = {"county_org": grants.ORG["county_org"]}
ACTIONS = {
    "view": ("查看资金资源项目", shared.READERS),
    "commit": ("登记", grants.TOWN),
    "deliver": ("到位", grants.TOWN),
    "withdraw": ("没有落实", grants.TOWN),
    "verify": ("核实", {**grants.COMMUNITY, **grants.TOWN, **_COUNTY}),
    "dispute": ("没有到位", {**grants.COMMUNITY, **grants.TOWN, **_COUNTY}),
    "use": ("用出去", grants.TOWN),
    "follow_place": shared.FOLLOW_PLACE,
    "follow_unit": shared.FOLLOW_UNIT,
}
# Who said that it has come does not verify it (domain 5).
_DELIVERED = {"delivered_by": "person_id"}
CONFLICTS = {"verify": _DELIVERED, "dispute": _DELIVERED}
MESSAGES = {"verify": "到位是您记的，请社区或别的同事来核实。"}


def left(amount_fen: int, used_fen: int) -> int:
    """What is left, in fen."""
    return amount_fen - used_fen
