"""What all of exchange shares: the two sets of tags, who has which say, and the work
calendar that deadlines are reckoned with (L19, L27)."""

from datetime import datetime
from typing import Protocol

from baodao.acts.access import Scope
from baodao.acts.grants import COMMUNITY, MOVERS, ORG, SYSTEM, TOWN, UNIT

# 五联 (L27) and 四共 (L19).
JOINT_TYPES = {
    "party": "党建工作联创",
    "welfare": "公益事业联办",
    "culture": "文体活动联谊",
    "resources": "服务资源联用",
    "environment": "环境卫生联保",
}
MECHANISMS = {
    "organisation": "组织共建",
    "sharing": "资源共享",
    "activities": "活动共联",
    "urgent": "急事共办",
}
# Which of the four a joint type usually is; one may choose another.
USUAL = {
    "party": "organisation",
    "welfare": "urgent",
    "culture": "activities",
    "resources": "sharing",
    "environment": "activities",
}

SECRETARY = {"community_secretary": Scope.PLACE}
UNIT_HEAD = {"unit_secretary": Scope.UNIT}
# Who reads what communities and units do together.
READERS = {
    **COMMUNITY, **TOWN, **UNIT, **ORG, **SYSTEM, "practice_center": Scope.PLACE,
    "inspector": Scope.PLACE,
}  # fmt: skip
# What happens to rows when places or units change.
FOLLOW_PLACE = ("随区划调整", MOVERS)
FOLLOW_UNIT = ("随单位合并", SYSTEM)
UNIT_GONE = ("因单位撤销结束", SYSTEM)


class WorkCalendar(Protocol):
    """What deadlines need of a place's calendar."""

    def add_workdays(self, start: datetime, n: int) -> datetime: ...
