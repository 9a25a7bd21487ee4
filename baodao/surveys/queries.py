"""The list of surveys, one of them, and what may be done with it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import can, require, visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.places.rules import COMMUNITY
from baodao.surveys import rules
from baodao.surveys.models import Sheet, Survey, Template
from baodao.ui.shapes import Entry, Tone

TABS = {"running": "进行中", "draft": "草稿", "closed": "已结束"}
TITLES = {
    "draft": "起草", "edit": "改了名称或日期", "build": "改了问题", "publish": "发布",
    "receive": "收到上级的摸底", "revise": "问题换了新版", "extend": "改了截止日期",
    "close": "结束，合计已定下", "withdraw": "撤回", "drop": "不做了",
    "follow_place": "随区划调整",
}  # fmt: skip
_ICONS: dict[str, tuple[str, Tone]] = {
    "publish": ("send", "ok"), "receive": ("send", "ok"), "revise": ("refresh", "go"),
    "close": ("circle-check", "ok"), "withdraw": ("arrow-back-up", "soon"),
}  # fmt: skip


def listed(actor: Actor) -> QuerySet[Survey]:
    """What the actor may see: of one that was sent, the sender the whole and each place
    below its own part."""
    found = visible(Survey.objects.all(), actor, "surveys.view").exclude(
        state="dropped"
    )
    if actor.path and not actor.community:
        found = found.filter(Q(parent=None) | Q(path=actor.path))
    return found.select_related("place__parent", "parent__place")


def in_tab(found: QuerySet[Survey], tab: str) -> QuerySet[Survey]:
    order = ("ends_on",) if tab == "running" else ("-starts_on",)
    return found.filter(state=tab).order_by(*order, "-created_at")


def survey(actor: Actor, pk: UUID) -> Survey:
    """One that the actor may see. Raises NotFound."""
    found = Survey.objects.select_related(
        "place", "parent__place", "parent__previous", "previous"
    )
    it = found.filter(pk=pk).first()
    if it is None:
        raise NotFound
    require(actor, "surveys.view", it)
    return it


def sheet(actor: Actor, pk: UUID) -> Sheet:
    """A sheet that the actor may see. Raises NotFound."""
    found = Sheet.objects.select_related("survey", "household__place__parent__parent")
    row = found.defer(
        "household__call_name", "household__address", "household__phone"
    ).filter(pk=pk).first()  # fmt: skip
    if row is None:
        raise NotFound
    require(actor, "survey_sheets.view", row)
    return row


def part_for(actor: Actor, root: Survey, path: str) -> Survey:
    """The survey, or the part of it, whose pages a household's own people use."""
    mine = visible(Survey.objects.all(), actor, "surveys.view")
    parts = mine.filter(Q(pk=root.pk) | Q(parent=root)).exclude(state="dropped")
    fits = [s for s in parts.order_by("-path") if path.startswith(s.path)]
    if not fits:
        raise NotFound
    return fits[0]


def is_above(actor: Actor) -> bool:
    """Whether this role sees sums only."""
    return not can(actor, "survey_sheets.view")


def steps(actor: Actor, it: Survey) -> list[str]:
    """What the actor may do with it now; what was sent is the sender's to change."""
    own = it.parent_id is None
    found = [e for e in rules.FLOW.events(it.state) if can(actor, f"surveys.{e}", it)]
    if own:
        return found
    return [e for e in found if e == "close" and it.place.level == COMMUNITY]


def may_ask(actor: Actor, it: Survey) -> bool:
    """Whether households are to be entered here by this actor."""
    begun = it.state == "running" and it.starts_on <= today()
    return begun and it.place.level >= COMMUNITY and not is_above(actor)


@dataclass(frozen=True)
class State:
    tone: str
    title: str
    icon: str


def state_of(it: Survey) -> State:
    """The state in words; one that runs is late after its last day."""
    if it.state == "running" and today() > it.ends_on:
        return State("late", "已过截止日期", "alert-circle")
    if it.state == "running" and today() < it.starts_on:
        return State("soon", "还没开始", "clock")
    known = rules.STATES[it.state]
    return State(known.tone, known.title, known.icon)


def sources(actor: Actor) -> Sequence[tuple[str, list[tuple[str, str]]]]:
    """What a new survey may begin with: nothing, a template, an earlier one."""
    templates = [(f"t:{t.code}", t.title) for t in Template.objects.all()]
    earlier = listed(actor).exclude(state="draft").order_by("-starts_on")[:20]
    rows = [(f"s:{s.pk}", f"{s.title}（{s.starts_on:%Y年%m月}）") for s in earlier]
    return [("模板", templates), *([("以前的摸底", rows)] if rows else [])]


def story(it: Survey) -> list[Entry]:
    """What has happened, newest first; the many small steps of writing as one."""
    entries: list[Entry] = []
    last = ""
    for event in reversed(events_of(it.pk)):
        name = event.action.split(".", 1)[1]
        if name == last == "build":
            continue
        last = name
        entries.append(_entry(name, event))
    return entries


def _entry(name: str, event: Event) -> Entry:
    icon, tone = _ICONS.get(name, ("point", ""))
    text = ""
    if "edition" in event.data:
        text = f"第{event.data['edition']}版"
    if name == "close":
        text = f"{event.data['households']}户，问到{event.data['answered']}户"
    return Entry(
        TITLES.get(name, name), at=event.at, who=event.actor_name, icon=icon, tone=tone,
        text=text,
    )  # fmt: skip
