"""Lists of checks, letters, samples and reports as files."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.acts.access import path_range
from baodao.core.clock import today
from baodao.people.views.asking import actor_for, path_in, places_below, require_role
from baodao.scoring import queries_draw as draws_of
from baodao.scoring import queries_health as health
from baodao.scoring import queries_praise as praised
from baodao.scoring import queries_quarter as quarters
from baodao.scoring import rules_draw, rules_health, rules_quarter
from baodao.scoring.rules_counting import SUBJECTS
from baodao.scoring.rules_small import number_of
from baodao.scoring.views import checkups as checkup_views
from baodao.scoring.views import draws as draw_views
from baodao.scoring.views import letters as letter_views
from baodao.scoring.views import praise as praise_views
from baodao.scoring.views import quarters as quarter_views
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def checkups(request: HttpRequest) -> Listing:
    """One tab of the health check, by name."""
    actor = actor_for(request, "checkups.view")
    wanted, tab = checkup_views.wanted_of(request), checkup_views.tab_of(request)
    found = health.in_tab(health.listed(actor, wanted), tab)

    def rows() -> Iterator[list[Value]]:
        for c in found.iterator(BATCH):
            marks = dict(m.split(":", 1) for m in c.marks)
            yield [
                c.name, c.card.place.name, rules_health.WORDS[c.colour], c.services, c.last_on,
                *(rules_health.WORDS.get(marks.get(k, ""), "") for k in rules_health.CHECKS),
            ]  # fmt: skip

    heads = (
        SUBJECTS[wanted.subject], "社区", "情况", "12个月服务", "上一次",
        *rules_health.CHECKS.values(),
    )  # fmt: skip
    told = conditions(
        request, ("check", "哪一项", rules_health.CHECKS.items()),
        ("place", "地方", places_below(request)),
    )  # fmt: skip
    first = f"{SUBJECTS[wanted.subject]}；{health.TABS[tab]}"
    return Listing(
        "积分体检", heads, rows(), found.count(), "；".join(filter(None, (first, told)))
    )


def letters(request: HttpRequest) -> Listing:
    """One tab of the letters; what was answered stays on the page."""
    actor = actor_for(request, "letters.view")
    tab = letter_views.tab_of(request)
    found = quarters.letters(actor, letter_views.wanted_of(request))
    found = found if tab == "all" else found.filter(state=tab)

    def rows() -> Iterator[list[Value]]:
        for it in found.iterator(BATCH):
            yield [
                str(it), quarters.to_whom(it), it.card.place.name, it.sent_at,
                rules_quarter.STATES[it.state].title, it.read_at,
                it.get_read_how_display(), "是" if it.reply else "",
            ]  # fmt: skip

    heads = ("通知", "给谁", "社区", "发出", "状态", "看到", "怎么送达", "有回复")
    told = conditions(
        request, ("quarter", "季度", quarter_views.choices()),
        ("kind", "种类", rules_quarter.KINDS.items()),
        ("paper", "送达", [("1", "没有账号的")]),
    )  # fmt: skip
    return Listing("积分通知", heads, rows(), found.count(), told)


def quarter_report(request: HttpRequest) -> Listing:
    """T7 with its total; small numbers as on the page."""
    actor = actor_for(request, "quarters.view")
    key = quarter_views.key_of(request)
    found = quarters.report(actor, key, path_in(request, "place"))
    lines = [*found.rows, found.total]
    rows: list[list[Value]] = [
        [r.title, r.code, r.closed, r.places, *map(number_of, (
            r.n["member"], *r.members.values(), r.n["unit"], *r.units.values(),
        ))]
        for r in lines
    ]  # fmt: skip
    bands = [
        f"{word}{t}" for word in SUBJECTS.values() for t in rules_quarter.BANDS.values()
    ]
    half = len(rules_quarter.BANDS)
    heads = (
        "地方",
        "代码",
        "结账",
        "社区",
        "党员卡",
        *bands[:half],
        "单位卡",
        *bands[half:],
    )
    return Listing("积分季度汇总", heads, rows, len(rows), rules_quarter.words(key))


def praise(request: HttpRequest) -> Listing:
    """A month of the praise board, by date."""
    actor = actor_for(request, "quarters.view")
    month, path = praise_views.month_of(request), praise_views.path_of(request, actor)
    found = praised.board(month, (path_range(path),))
    rows: list[list[Value]] = [[p.on, p.name, p.unit, p.place, p.text] for p in found]
    heads = ("日期", "党员", "单位", "社区", "事迹")
    told = dict(praised.months(today()))[month]
    return Listing("好评张榜", heads, rows, len(rows), told)


def _month(request: HttpRequest) -> str:
    return conditions(
        request, ("month", "月份", praised.months(today())),
        ("place", "地方", places_below(request)),
    )  # fmt: skip


def samples(request: HttpRequest) -> Listing:
    """One tab of what was drawn."""
    actor = require_role(request, "samples.view")
    month, path = draw_views.month_of(request), path_in(request, "place")
    tab = draw_views.tab_of(request)
    found = draws_of.in_tab(draws_of.listed(actor, month, path), tab)

    def rows() -> Iterator[list[Value]]:
        for start in range(0, found.count(), BATCH):
            for s in draws_of.shown(found[start : start + BATCH]):
                it = s.it
                yield [
                    it.draw.month, it.draw.place.name, it.draw.seed, it.position,
                    s.record.get_kind_display(), s.who, s.unit, s.confirmer,
                    s.record.occurred_on, it.get_outcome_display(), it.note, it.checked_at,
                ]  # fmt: skip

    heads = (
        "月份", "社区", "种子", "第几件", "做了什么", "党员", "单位", "谁确认的", "日期",
        "结果", "怎么核对的", "核对时间",
    )  # fmt: skip
    return Listing("抽查", heads, rows(), found.count(), _month(request))


def draws(request: HttpRequest) -> Listing:
    """The workshop in figures."""
    actor = actor_for(request, "draws.view")
    found = draws_of.draws(
        actor, draw_views.month_of(request), path_in(request, "place")
    )

    def rows() -> Iterator[list[Value]]:
        for d in found.iterator(BATCH):
            counts: list[Value] = [getattr(d, name) for name in draws_of.SUMS]
            yield [d.place.name, d.month, d.seed, d.percent, *counts]

    heads = (
        "社区", "月份", "种子", "比例（%）", "确认了", "抽到", "核对过",
        *rules_draw.OUTCOMES.values(),
    )  # fmt: skip
    return Listing("抽查情况", heads, rows(), found.count(), _month(request))


def patterns(request: HttpRequest) -> Listing:
    """The same hand for the same person; for the township alone."""
    actor = require_role(request, "patterns.look")
    key = draw_views.quarter_of(request)
    found = draws_of.patterns(actor, key, *rules_quarter.days_of(key))
    rows: list[list[Value]] = [
        [p.place, p.confirmer, p.who, p.quarter, p.n] for p in found
    ]
    heads = ("社区", "谁确认的", "给谁", "季度", "几次")
    return Listing("同一人确认", heads, rows, len(rows), rules_quarter.words(key))


ALL = {
    "checkups": checkups, "letters": letters, "quarter_report": quarter_report,
    "praise": praise, "samples": samples, "draws": draws, "patterns": patterns,
}  # fmt: skip
