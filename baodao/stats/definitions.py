"""What each figure of orders counts, in the words printed beside it and as the
condition it is counted by (domain 6.7, 11). A figure is the length of the list of the
rows that its condition holds for; there is no second way to count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Q

from baodao.orders.rules import OPEN, WISH_KINDS
from baodao.stats.periods import Period

NOT_COUNTED = ("withdrawn", "merged", "rejected")
# A row of which table a figure counts: orders, answers of units, activities, records, or
# the persons of these records.
Of = Literal["orders", "answers", "records", "members", "activities"]


@dataclass(frozen=True)
class Definition:
    """How a figure is counted. `by`: the column with the time it belongs to."""

    title: str
    unit: str
    text: str
    counts: str
    not_counts: str
    of: Of = "orders"
    by: str = "result_at"


def _placed(title: str, text: str, counts: str, not_counts: str = "") -> Definition:
    return Definition(title, "件", text, counts, not_counts, by="placed_at")


def _answer(title: str, text: str, counts: str) -> Definition:
    return Definition(
        title, "次", text, counts, "公开认领的；派出后时限内收回的", "answers", "at"
    )


DEFINITIONS: Mapping[str, Definition] = {
    "placed": _placed(
        "提出的心愿", "这一期登记的点单。", "各种来源", "已撤回、已合并、不受理",
    ),
    "open": _placed("在办", "这一期登记、还没有结果的点单。", "各种在办状态，含转办后还在问结果的"),
    "withdrawn": _placed("撤回", "这一期登记、后来撤回的点单。", "居民自己撤回的、社区代居民撤回的"),
    "withdrawn_staff": _placed(
        "社区代撤", "撤回里，由社区代居民撤回的。都写明了居民怎么说的、为什么。", "电话里说的、当面说的",
        "居民自己撤回的",
    ),
    "merged": _placed("合并", "这一期登记、和别的单是同一件事、并过去一起办的。", "已合并"),
    "rejected": _placed("不受理", "这一期登记、核实后没有受理的，都写了理由。", "不受理"),
    "finished": Definition(
        "办结", "件", "这一期有了结果的点单。",
        "解决、部分解决、没解决、办不了、没有答复；转办的按问到的结果算", "已撤回、已合并、不受理、还在办的",
    ),
    "solved": Definition(
        "居民确认解决", "件", "居民说“办好了”的点单。", "本人确认、电话回访、当面确认", "没有答复的，不会自动算",
    ),
    "wishes": Definition(
        "办成微心愿", "个", "微梦想、微心愿、微诉求里，居民确认解决的。", "这一期确认、结果“解决”",
        "部分解决、没有答复、急难愁盼",
    ),
    "problems": Definition(
        "解决急难愁盼问题", "个", "急难愁盼里，居民确认解决的。", "这一期确认、结果“解决”", "部分解决、没有答复",
    ),
    "partly": Definition("部分解决", "件", "居民同意就此办结、但只办了一部分的。", "回访确认", ""),
    "not_solved": Definition("没解决", "件", "居民同意办结、但没有解决的，都附理由。", "回访确认", ""),
    "cannot": Definition(
        "办不了", "件", "社区答复办不了的，都附理由，居民不同意可以请再办。", "答复办不了、回访时说办不了", "居民又请再办的",
    ),
    "no_answer": Definition(
        "没有答复", "件", "几次打电话都没有联系上居民的。不算好评，也不算差评。", "按“联系不上”办结", "居民后来说了的",
    ),
    "rated": Definition("已评价", "件", "这一期确认、居民打了分的。", "本人评价和电话里说的", "没有打分的"),
    "unrated": Definition("未评", "件", "这一期确认、居民没有打分的。不会算成好评。", "还可以打分的、过了日子的", ""),
    "aside": Definition(
        "评价不算", "件", "居民打了分，有人提出核对，还在核对的；和核对下来不算数的。", "核对中的、不算数的", "核对后照算的",
    ),
    "happy": Definition("评价 4–5 分", "件", "打了 4 分或 5 分的。", "已评价里的 4 分、5 分", "没有打分的"),
    "in_time": _answer("按时接单", "派给单位以后，单位在时限内接单的。", "这一期答复、在时限内接单"),
    "late": _answer("接单晚了", "过了时限才接单的。", "这一期答复、过了时限接单"),
    "returned": _answer("退回", "单位说明理由退回的。", "时限内退回和过了时限退回的"),
    "silent": _answer("到期没有答复", "过了时限，单位还没有接单也没有退回的。", "这一期派出的；收回前一直没有答复的"),
    "services": Definition(
        "服务人次", "人次", "居民确认以后，每一个去服务的人，每一单记一人次。", "居民确认解决、部分解决的点单",
        "没有答复的、没解决的、退回重办以前的", "records", "occurred_on",
    ),
    "helpers": Definition(
        "服务人数", "人", "去服务过的人，一个人去几次都只数一个。", "同“服务人次”", "同“服务人次”", "members",
        "occurred_on",
    ),
}  # fmt: skip
ORDER_FIGURES = tuple(n for n, d in DEFINITIONS.items() if d.of == "orders")
BY_PLACING = tuple(n for n in ORDER_FIGURES if DEFINITIONS[n].by == "placed_at")
BY_RESULT = tuple(n for n in ORDER_FIGURES if DEFINITIONS[n].by == "result_at")
ANSWERS = tuple(n for n, d in DEFINITIONS.items() if d.of == "answers")

_STATE = {
    "placed": ~Q(state__in=NOT_COUNTED),
    "open": Q(state__in=OPEN) & ~Q(state__in=["confirmed", "mark_check"]),
    "withdrawn": Q(state="withdrawn"),
    "withdrawn_staff": Q(state="withdrawn") & ~Q(withdrawn_how="requester"),
    "merged": Q(state="merged"),
    "rejected": Q(state="rejected"),
    "finished": Q(),
    "wishes": Q(result="solved", kind__in=WISH_KINDS),
    "problems": Q(result="solved", kind="problem"),
    **{name: Q(result=name) for name in ("solved", "partly", "not_solved", "cannot", "no_answer")},
    "rated": Q(confirmed_at__isnull=False, rating__isnull=False),
    "unrated": Q(confirmed_at__isnull=False, rating=None, mark_aside=None),
    "aside": Q(confirmed_at__isnull=False, mark_aside__isnull=False),
    "happy": Q(confirmed_at__isnull=False, rating__gte=4),
}  # fmt: skip
_OUTCOME = {
    "in_time": Q(outcome="accepted", in_time=True),
    "late": Q(outcome="accepted", in_time=False),
    "returned": Q(outcome="returned"),
    "silent": Q(outcome="silent"),
}


def state_of(name: str) -> Q:
    """What a figure of orders or answers looks at, apart from its time."""
    return _STATE[name] if name in _STATE else _OUTCOME[name]


def condition(name: str, period: Period) -> Q:
    """The definition of a figure of orders as a condition on orders."""
    return period.within(DEFINITIONS[name].by) & _STATE[name]


def still_silent(period: Period, now: datetime) -> Q:
    """Orders whose unit should have answered and has not: they have no answer yet."""
    return period.within("dispatched_at") & Q(
        state="dispatched", due_at__lt=now, paused_at=None
    )


@dataclass(frozen=True)
class RateDefinition:
    """A rate: `part` of `whole`, both figures or sums of figures."""

    title: str
    text: str
    part: str
    whole: tuple[str, ...]


RATES: Mapping[str, RateDefinition] = {
    "response": RateDefinition(
        "响应率", "派给单位的，有多少在时限内接了单。一单派几次就数几次。", "in_time", ANSWERS
    ),
    "solution": RateDefinition("解决率", "办结的，有多少居民确认解决了。", "solved", ("finished",)),
    "satisfaction": RateDefinition(
        "满意率", "打了分的，有多少打了 4 分或 5 分。", "happy", ("rated",)
    ),
}  # fmt: skip
