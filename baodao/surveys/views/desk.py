"""The list, a new survey, its progress and its steps."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.core.clock import today
from baodao.core.errors import Forbidden, NotFound
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import submitted
from baodao.places.rules import COMMUNITY, TOWNSHIP
from baodao.surveys import building, coverage, queries, results, rules, services
from baodao.surveys.forms import ExtendForm, SurveyForm, uuid_of
from baodao.surveys.models import Survey
from baodao.surveys.views.frame import opened, paged, shared
from baodao.ui.toast import toast

SAID = {
    "publish": ("发布了", "从开始那天起可以入户登记。"),
    "revise": ("新版问题启用了", "没问过的住户按新版问，问过的不用重来。"),
    "discard": ("改动放弃了", "还是原来那一版。"),
    "close": ("摸底结束了", "合计已定下，不再变。"),
    "withdraw": ("撤回了", ""),
    "drop": ("不做了", ""),
}


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "running"


@get_only
def survey_list(request: HttpRequest) -> HttpResponse:
    """Surveys by state, each with how far it is."""
    actor = require_role(request, "surveys.view")
    text = request.GET.get("q", "").strip()[:40]
    found = queries.listed(actor)
    if text:
        found = found.filter(title__icontains=text)
    tab = tab_of(request)
    page = paged(request, queries.in_tab(found, tab))
    tallies = coverage.tallies(page.object_list, actor)
    counts = {key: queries.in_tab(found, key).count() for key in queries.TABS}
    return render(request, "surveys/list.html", {
        "tab": tab, "page": page, "q": text, "n": counts[tab],
        "tabs": [(k, t, counts[k]) for k, t in queries.TABS.items()],
        "rows": [
            (s, queries.state_of(s), tallies.get(s.pk), queries.may_ask(actor, s))
            for s in page.object_list
        ],
        "may_draft": can(actor, "surveys.draft"),
    })  # fmt: skip


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A draft: from nothing, a template, or an earlier one; or the next round of one."""
    actor = require_desk(request, "surveys.draft", "surveys.view")
    before = _again(request)
    day = today()
    initial: dict[str, Any] = {"starts_on": day, "ends_on": day + timedelta(days=30)}
    if before:
        initial |= {
            "title": f"{before.title}（第{before.round + 1}轮）"[:40],
            "why": before.why,
        }
    form = SurveyForm(
        request.POST or None, sources=queries.sources(actor), initial=initial,
        editing=before is not None,
    )  # fmt: skip

    def draft(d: dict[str, str]) -> object:
        kind, _, what = d.pop("source", "").partition(":")
        return services.draft_survey(
            actor=actor, template=what if kind == "t" else "",
            copy_of=uuid_of(what) if kind == "s" else None,
            again=before.pk if before else None,
            client_id=request.POST.get("client_id", ""), **d,  # type: ignore[arg-type]
        )  # fmt: skip

    done = submitted(request, form, draft)
    if done:
        toast(request, "草稿存好了", "请看一遍问题，再发布。")
        return redirect("surveys:questions", pk=done.id)  # type: ignore[attr-defined]
    trail = [(reverse("surveys:list"), "摸底")]
    if before:
        trail.append((reverse("surveys:detail", args=[before.pk]), before.title))
        note = "问题和上一轮一样，发布以前可以改。两轮会一户一户对照。"
    else:
        note = "社区做本社区的；乡镇（街道）和县做的，发布时发给下面每个社区。"
    return form_page(
        request, form, "再摸一轮" if before else "做一次摸底", trail, note=note,
        submit="下一步：看问题",
    )  # fmt: skip


def _again(request: HttpRequest) -> Survey | None:
    """The survey of which this is to be the next round, if the address names one."""
    pk = uuid_of(request.GET.get("again", ""))
    if pk is None:
        return None
    actor = require_role(request, "surveys.view")
    return queries.survey(actor, pk)


@get_or_post
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Title, reason and dates of a draft."""
    actor, it = opened(request, pk)
    require(actor, "surveys.edit", it)
    rules.FLOW.step(it.state, "edit")
    initial = {n: getattr(it, n) for n in ("title", "why", "starts_on", "ends_on")}
    form = SurveyForm(request.POST or None, initial=initial, editing=True)
    done = submitted(
        request, form,
        lambda d: services.edit_survey(actor=actor, survey_id=pk, **d),
    )  # fmt: skip
    if done:
        toast(request, "改好了")
        return redirect("surveys:detail", pk=pk)
    return form_page(request, form, "改名称和日期", _trail(it), submit="保存")


def _trail(it: Survey) -> list[tuple[str, str]]:
    return [
        (reverse("surveys:list"), "摸底"),
        (reverse("surveys:detail", args=[it.pk]), it.title),
    ]


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is: by grid and building for the community, by community above."""
    actor, it = opened(request, pk)
    context = shared(request, it, "detail")
    steps = queries.steps(actor, it)
    context |= {
        "steps": steps, "story": queries.story(it), "notice": rules.NOTICE,
        "previous": results.last_round(it), "may_again": it.state == "closed" and can(actor, "surveys.draft"),
        "questions": len(it.draft or it.questions),
    }  # fmt: skip
    if it.state != "draft":
        context["tally"] = coverage.total(it, _under(context["reach"], it))
        context |= _areas(request, it, context)
    return render(request, "surveys/detail.html", context)


def _under(reach: str, it: Survey) -> str:
    return reach if reach != it.path else ""


def _areas(
    request: HttpRequest, it: Survey, context: dict[str, object]
) -> dict[str, object]:
    if it.place.level >= COMMUNITY:
        return {"grids": coverage.by_building(it, str(context["reach"]))}
    lines = coverage.by_area(it, level_for(it))
    parts = {p.path: p for p in it.parts.exclude(state="dropped")}
    page = paged(request, lines)
    rows = [(x, parts.get(x.place.path)) for x in page.object_list]
    return {"page": page, "areas": rows, "level": level_for(it)}


def level_for(it: Survey) -> int:
    """Communities; of a whole prefecture its townships."""
    return COMMUNITY if it.place.level >= 3 else TOWNSHIP


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """One step of a survey."""
    if event not in SAID:
        raise NotFound
    actor, it = opened(request, pk)
    if event not in queries.steps(actor, it) and event != "discard":
        action = f"surveys.{event}"
        if not can(actor, action):
            raise Forbidden(rules.MESSAGES.get(event, ""))
    if event == "discard":
        building.discard(actor=actor, survey_id=pk)
    else:
        getattr(services, event)(actor=actor, survey_id=pk)
    toast(request, *SAID[event])
    if event in ("withdraw", "drop"):
        return redirect("surveys:list")
    return redirect("surveys:questions" if event == "discard" else "surveys:detail", pk)


@get_or_post
def extend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another last day."""
    actor, it = opened(request, pk)
    require(actor, "surveys.extend", it)
    rules.FLOW.step(it.state, "extend")
    form = ExtendForm(request.POST or None, initial={"ends_on": it.ends_on})
    done = submitted(
        request, form,
        lambda d: services.extend(actor=actor, survey_id=pk, ends_on=d["ends_on"]),
    )  # fmt: skip
    if done:
        toast(
            request,
            "截止日期改好了",
            "发下去的各社区也一起改了。" if it.place.level < COMMUNITY else "",
        )
        return redirect("surveys:detail", pk=pk)
    return form_page(request, form, "改截止日期", _trail(it), submit="改好了")
