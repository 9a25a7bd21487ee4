"""The lists of places as files. Households go by number, area and language: who lives
there never leaves as a table (domain 9.1)."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from baodao.acts.access import can, require, visible
from baodao.acts.actor import Actor
from baodao.core.clock import now
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.places import queries, rules
from baodao.places.changes import preview
from baodao.places.models import Household, LocalDay, Pause, Place, Setting
from baodao.places.views import changes
from baodao.places.views.decided import phase_of, where_of, year_of
from baodao.places.views.tree import actor_of
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value

_HEADS = (
    "代码", "名称", "法定名称", "藏文名称", "层级", "上级代码", "上级名称", "人口", "户数",
    "公开电话", "经度", "纬度", "联系点",
)  # fmt: skip
_PHASES = {"running": "暂停中", "later": "还没开始", "over": "已结束"}


def _level(request: HttpRequest) -> int | None:
    wanted = request.GET.get("level", "")
    return int(wanted) if wanted.isdecimal() else None


def _told(request: HttpRequest, where: str = "") -> str:
    chips = conditions(request, ("level", "层级", rules.LEVELS.items()))
    return "；".join(filter(None, (where, chips)))


def places(request: HttpRequest) -> Listing:
    """What lies right below ?place=, the actor's own by default; with ?level= of
    households those."""
    actor = actor_of(request)
    if not can(actor, "places.view"):
        raise NotFound
    wanted = uuid_of(request.GET.get("place"))
    place = queries.place(actor, wanted) if wanted else queries.start(actor)
    if place is None:
        raise NotFound
    level = _level(request)
    told = _told(request, f"{place.name}的下级")
    if level == rules.HOUSEHOLD and can(actor, "households.view"):
        return _households(actor, place.pk, told)
    found = queries.children(actor, place, level)
    return Listing("地方", _HEADS, _rows(found), found.count(), told)


def _rows(found: QuerySet[Place]) -> Iterator[list[Value]]:
    for p in found.select_related("parent").iterator(BATCH):
        level = rules.KINDS.get(p.kind) or rules.LEVELS[p.level]
        above = (p.parent.code, p.parent.name) if p.parent else ("", "")
        yield [
            p.code, p.name, p.official_name, p.name_bo, level, *above,
            p.population or None, p.households or None, p.phone, p.lon, p.lat,
            "是" if p.is_contact_point else "",
        ]  # fmt: skip


def _households(actor: Actor, place_id: UUID, told: str) -> Listing:
    found = visible(Household.objects.all(), actor, "households.view")
    found = found.filter(place__parent=place_id, place__valid_to=None)
    found = found.select_related("place__parent").order_by("path")
    slim = found.defer("call_name", "address", "phone", "focus")

    def rows() -> Iterator[list[Value]]:
        for h in slim.iterator(BATCH):
            where = h.place.parent.name if h.place.parent else ""
            yield [h.number, where, rules.LANGUAGES.get(h.language, "")]

    return Listing("住户", ("户号", "所在地", "语言"), rows(), found.count(), told)


def search(request: HttpRequest) -> Listing:
    """Places by name, pinyin or code, as the search page finds them."""
    actor = actor_of(request)
    if actor.is_anonymous:
        raise NotFound
    text = request.GET.get("q", "").strip()[:40]
    found = queries.search_places(actor, text, _level(request))
    return Listing("地方", _HEADS, _rows(found), found.count(), _told(request))


def pauses(request: HttpRequest) -> Listing:
    """Pauses that touch a place."""
    _, path, name = where_of(request)
    actor = actor_of(request)
    require(actor, "pauses.view", Pause(path=path, start=now()))
    found = queries.pauses(actor, path)
    names = queries.names_of(list(found.order_by().values_list("path", flat=True)))

    def rows() -> Iterator[list[Value]]:
        for p in found.iterator(BATCH):
            ends = p.end or "手工恢复"
            yield [names.get(p.path, ""), p.reason, p.start, ends, _PHASES[phase_of(p)]]

    heads = ("地方", "理由", "从", "到", "状态")
    return Listing("时限暂停", heads, rows(), found.count(), name)


def settings(request: HttpRequest) -> Listing:
    """Every setting with its value at a place and who decided it."""
    _, path, name = where_of(request)
    require(actor_of(request), "settings.view", Setting(path=path))
    lines = queries.setting_lines(path)
    rows: list[list[Value]] = [
        [x.title, x.value, "这里" if x.own else x.where,
         x.row.set_by if x.row else "", x.row.set_at if x.row else "",
         x.row.reason if x.row else ""]
        for x in lines
    ]  # fmt: skip
    heads = ("设置", "现在的值", "在哪里定的", "谁定的", "什么时候", "理由")
    return Listing("设置", heads, rows, len(rows), name)


def local_days(request: HttpRequest) -> Listing:
    """The local days of a year's calendar."""
    _, path, name = where_of(request)
    require(actor_of(request), "days.view", LocalDay(path=path))
    year = year_of(request)
    days = queries.local_days(path, year)
    names = queries.names_of([d.path for d in days])
    rows: list[list[Value]] = [
        [d.day, d.get_kind_display(), d.name, names.get(d.path, "")] for d in days
    ]
    heads = ("日期", "安排", "说明", "在哪里定的")
    return Listing("工作日历", heads, rows, len(rows), f"{name}{year}年")


def all_changes(request: HttpRequest) -> Listing:
    """Changes of divisions in one's own places."""
    found = changes.changes_asked(request)
    states = {code: s.title for code, s in rules.CHANGE_FLOW.states.items()}

    def rows() -> Iterator[list[Value]]:
        for c in found.iterator(BATCH):
            kind = c.get_kind_display()
            yield [c.title, kind, c.on, c.reason, c.by_name, states[c.state], c.done_at]

    heads = ("调整", "种类", "生效", "批复或理由", "经办", "状态", "执行时间")
    told = conditions(request, ("state", "状态", states.items()))
    return Listing("区划调整", heads, rows(), found.count(), told)


def change_steps(request: HttpRequest) -> Listing:
    """Which places of ?change= become which, drafted or done: old and new codes."""
    found, pk = preview.changes(changes.changer(request)), request.GET.get("change")
    row = found.filter(pk=wanted).first() if (wanted := uuid_of(pk)) else None
    if row is None:
        raise NotFound
    if row.state == "draft":
        rows = _drafted(preview.preview_of(row, now()))
    else:
        rows = [
            [s.old.code, s.old.name, s.old.get_level_display(), s.new.code, s.new.name]
            for s in changes.steps_told(row)
        ]
    heads = ("原来的代码", "原来的名称", "层级", "以后的代码", "以后的名称")
    return Listing(f"{row.title}对照表", heads, rows, len(rows))


def _drafted(shown: preview.Preview) -> list[list[Value]]:
    steps, made = changes.shown_steps(shown), shown.plan.made
    names = preview.names_of_codes({s.code for s in steps} - set(made))
    return [
        [s.old.code, s.old.name, rules.LEVELS[s.old.level], s.code,
         made[s.code].name if s.code in made else names.get(s.code, "")]
        for s in steps
    ]  # fmt: skip


ALL = {
    "changes": all_changes,
    "change_steps": change_steps,
    "places": places,
    "place_search": search,
    "pauses": pauses,
    "settings": settings,
    "local_days": local_days,
}
