"""The survey's flow, who may do what, and what may be shown of small numbers (A06,
domain 9.3, 9.4, 9.5)."""

from collections.abc import Mapping, Sequence

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, MOVERS, SYSTEM

KINDS = {
    "one": "选一项",
    "many": "可多选",
    "yesno": "是或否",
    "number": "数字",
    "date": "日期",
    "text": "文字",
}
OUTCOMES = {"answered": "问到了", "nobody_home": "没人在家", "unwilling": "不愿意"}
HOWS = {"visit": "上门", "phone": "电话", "desk": "居民自己来", "paper": "纸质补录"}
ROUND_WORDS = "第{}轮"
MAX_QUESTIONS = 40
MAX_OPTIONS = 15
K = 5  # smallest published count above the community (domain 9.4)
RATE_N = 10  # and how many answers a rate or a median needs
NOTICE = (
    "社区做这次摸底，是为了知道大家需要什么、谁家要多照看。只有本社区和本网格的工作人员看得到"
    "您的回答，上级只看合计。文字内容结束满一年删除。可以只答一部分，也可以不答，不影响办别的事。"
)

STATES: Mapping[str, State] = {
    "draft": State("草稿", "community", "写好发布", "idle", "edit"),
    "running": State("进行中", "community", "入户登记", "go", "clock"),
    "closed": State("已结束", "", "", "ok", "circle-check"),
    "dropped": State("不做了", "", "", "idle", "x"),
}
FLOW = Flow.of(
    "surveys",
    STATES,
    [
        ("", "draft", "draft"),
        ("", "receive", "running"),
        ("draft", "edit", "draft"),
        ("draft", "build", "draft"),
        ("draft", "publish", "running"),
        ("draft", "drop", "dropped"),
        ("running", "build", "running"),
        ("running", "revise", "running"),
        ("running", "extend", "running"),
        ("running", "close", "closed"),
        ("running", "withdraw", "dropped"),
    ],
)

_ABOVE = {
    "township_party": Scope.PLACE,
    "county_org": Scope.PLACE,
    "county_social_work": Scope.PLACE,
}
_MAKERS = {**COMMUNITY, **_ABOVE}

# A grid worker's own place lies below the survey's: hence OWN (`Actor.community`).
ACTIONS = {
    "view": (
        "查看摸底",
        {**_MAKERS, "grid_worker": Scope.OWN, "prefecture_org": Scope.PLACE},
    ),
    "draft": ("起草摸底", _MAKERS),
    "edit": ("改摸底", _MAKERS),
    "build": ("改问题", _MAKERS),
    "publish": ("发布", _MAKERS),
    "receive": ("收到上级的摸底", SYSTEM),
    "revise": ("启用新版问题", {**_MAKERS, **SYSTEM}),
    "extend": ("改截止日期", {**_MAKERS, **SYSTEM}),
    "close": ("结束摸底", {**_MAKERS, **SYSTEM}),
    "withdraw": ("撤回", {**_MAKERS, **SYSTEM}),
    "drop": ("不做了", _MAKERS),
    "follow_place": ("随区划调整", MOVERS),
}
MESSAGES = {
    "close": "结束摸底要由社区专干、书记或发起的乡镇、县来做。",
    "build": "问题要由发起摸底的社区专干、书记或上级来改。",
    "publish": "发布要由发起摸底的社区专干、书记或上级来做。",
}
_AT_THE_DOOR = {**COMMUNITY, "grid_worker": Scope.PLACE}
SHEETS = {
    "view": ("查看摸底登记", _AT_THE_DOOR),
    "fill": ("登记一户", _AT_THE_DOOR),
    "refill": ("再登记、改登记", _AT_THE_DOOR),
    "need": ("发现需求转成一单", _AT_THE_DOOR),
    "follow_place": ("随区划调整", MOVERS),
}


def protected(table: Sequence[Sequence[int]]) -> list[list[int | None]]:
    """Counts by place (rows) and answer (columns) as they may be shown above the
    community: those from 1 to 4 are None, and nowhere is one hidden alone in a row or
    column, since the sum beside it would give it away (domain 9.4)."""
    rows = [list(r) for r in table]
    hidden = {
        (i, j) for i, r in enumerate(rows) for j, v in enumerate(r) if 0 < v < K
    }  # fmt: skip
    lines = _lines(rows)
    grown = True
    while grown:
        grown = False
        for line in lines:
            if len(hidden & set(line)) == 1 and (more := _smallest(rows, line, hidden)):
                hidden.add(more)
                grown = True
    return [
        [None if (i, j) in hidden else v for j, v in enumerate(r)]
        for i, r in enumerate(rows)
    ]


Cell = tuple[int, int]


def _lines(rows: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """The cells of each row and of each column."""
    wide = len(rows[0]) if rows else 0
    across = [[(i, j) for j in range(wide)] for i in range(len(rows))]
    return across + [[(i, j) for i in range(len(rows))] for j in range(wide)]


def _smallest(
    rows: Sequence[Sequence[int]], line: Sequence[Cell], hidden: set[Cell]
) -> Cell | None:
    """The smallest cell of a line that is still shown; an empty one last, for it
    would not cover anything."""
    shown = [c for c in line if c not in hidden]
    return min(
        shown, key=lambda c: (rows[c[0]][c[1]] == 0, rows[c[0]][c[1]]), default=None
    )


def share(n: int, of: int) -> float:
    """Percent; nothing of nothing is 0."""
    return 100 * n / of if of else 0.0
