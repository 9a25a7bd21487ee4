"""What results may be taken out for (A31, L13, L14, L48, L49): a closed list of purposes,
each with whose results it needs and for how long they are good."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from baodao.acts.access import Scope
from baodao.acts.grants import COUNTY, SYSTEM


class Purpose(NamedTuple):
    """`subject`: whose results; `days`: how long an extract may be opened; `source`: the
    requirement it comes from."""

    title: str
    subject: str
    days: int
    source: str


PURPOSES: Mapping[str, Purpose] = {
    "secretary_review": Purpose("党组织书记抓党建述职评议考核", "unit", 180, "L13 L48"),
    "leading_group": Purpose("领导班子和领导干部年度考核", "unit", 180, "L48"),
    "target": Purpose("年度目标责任考核", "unit", 180, "L13"),
    "democratic_review": Purpose("民主评议党员", "member", 90, "L14 A31"),
    "cadre_appraisal": Purpose("干部年度考核", "member", 180, "L14 L49"),
    "honours": Purpose("评优评先", "member", 90, "L14 L49 A31"),
    "selection": Purpose("干部比选任用", "member", 90, "L49"),
    "promotion": Purpose("晋职晋级", "member", 90, "A31"),
}
MOST = 20_000  # rows of one extract

_MAKERS = {"unit_secretary": Scope.UNIT, **COUNTY}
ACTIONS = {
    "view": ("查看提取的清单", {**_MAKERS, "privacy_officer": Scope.PLACE}),
    "make": ("提取评价结果", _MAKERS),
    "look": ("打开提取的结果", _MAKERS),
    "forget": ("到期删除", SYSTEM),
}


def purposes_for(role: str) -> dict[str, Purpose]:
    """Which purposes a role may take results out for: a unit for its own members, the
    organisation department for all."""
    if role in COUNTY:
        return dict(PURPOSES)
    if role == "unit_secretary":
        return {k: p for k, p in PURPOSES.items() if p.subject == "member"}
    return {}


def valid_until(purpose: str, made_on: date) -> date:
    """The last day on which an extract may be opened."""
    return made_on + timedelta(days=PURPOSES[purpose].days)
