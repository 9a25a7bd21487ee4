"""The lists of scoring as files."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.people.views.asking import require_role
from baodao.scoring import queries
from baodao.scoring import queries_sets as rule_queries
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Rule
from baodao.scoring.views.cards import wanted_of, years
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def cards(request: HttpRequest) -> Listing:
    """The cards of a place, by name. No grade: that is for people to decide."""
    actor = require_role(request, "cards.view")
    wanted = wanted_of(request)
    found = queries.cards(actor, wanted)

    def rows() -> Iterator[list[Value]]:
        for c in found.iterator(BATCH):
            name = c.member.person.name if c.member else str(c.unit)
            yield [
                name, str(c.unit or ""), c.place.name, c.year,
                c.adds / 10, c.deducts / 10, c.score / 10, c.counted_at,
            ]  # fmt: skip

    heads = ("姓名或单位", "单位", "社区", "年度", "加分", "减分", "积分", "算到")
    told = conditions(
        request, ("year", "年份", years()), ("subject", "对象", list(counting.SUBJECTS.items())),
        ("band", "分数段", list(queries.BANDS.items())),
    )  # fmt: skip
    return Listing("积分卡", heads, rows(), found.count(), told)


def rule_sets(request: HttpRequest) -> Listing:
    """Every line of the sets that may be read."""
    actor = require_role(request, "rule_sets.view")
    found = Rule.objects.filter(rule_set__in=rule_queries.sets(actor), off=False)

    def rows() -> Iterator[list[Value]]:
        related = found.select_related("rule_set__place")
        for r in related.order_by("path", "rule_set", "position").iterator(BATCH):
            s = r.rule_set
            yield [
                s.title, str(s.place or "全部"), s.effective_from, s.effective_to,
                r.get_subject_display(), r.code, r.title, r.text, rule_queries.said(r),
                r.sign * r.tenths / 10, r.cap / 10,
            ]  # fmt: skip

    heads = (
        "规则", "管到哪里", "起", "止", "对象", "编号", "事项", "说明", "怎么算", "分值", "一年最多",
    )  # fmt: skip
    return Listing("积分规则", heads, rows(), found.count(), "")


ALL = {"score_cards": cards, "rule_sets": rule_sets}
