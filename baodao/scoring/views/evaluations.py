"""The yearly evaluation on pages: the round of a community with what comes next, one
evaluation with what each side may do, and one's own."""

from collections.abc import Container, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    paged,
    path_in,
    places_below,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import apart, submitted, taken
from baodao.places.models import Place
from baodao.scoring import forms_evaluation as forms
from baodao.scoring import queries_evaluation as queries
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.models import Appeal
from baodao.scoring.models_evaluation import Evaluation, Round
from baodao.scoring.queries import grade_to_appeal
from baodao.scoring.services import (
    deciding,
    drafting,
    issuing,
    objecting,
    opening,
    refreshing,
    reopening,
    revising,
)
from baodao.scoring.services.gathering import last_full_year
from baodao.scoring.services.words import facts_of
from baodao.scoring.views.cards import FIRST_YEAR, late_of, years
from baodao.scoring.views.lists import lists_of
from baodao.ui import words
from baodao.ui.forms import Form
from baodao.ui.toast import toast

MOST_MINUTES = 10  # meetings offered for a decision


def year_in(request: HttpRequest) -> int:
    """The year of the address; without one the last that is over."""
    value = request.GET.get("year", "")
    return _year(value) or last_full_year(actor_of(request).path or "")


def _year(value: str) -> int:
    """A year that there may be something of; 0 for anything else."""
    year = int(value) if value.isdecimal() and len(value) == 4 else 0
    return year if FIRST_YEAR <= year <= today().year else 0


def wanted_of(request: HttpRequest) -> queries.Wanted:
    """The filters of an address; unknown codes count as none."""
    return queries.Wanted(
        year=year_in(request), tab=word(request, "tab", queries.TABS),
        subject=word(request, "subject", counting.SUBJECTS),
        grade=word(request, "grade", counting.GRADES),
        text=request.GET.get("q", "")[:40], path=path_in(request, "place"),
    )  # fmt: skip


@get_only
def evaluation_list(request: HttpRequest) -> HttpResponse:
    """The round of my community; what is in my unit or below me; my own."""
    actor = require_role(request, "evaluations.view")
    if actor.role == "member":
        return redirect("scoring:my_evaluations")
    wanted = wanted_of(request)
    found = queries.evaluations(actor, wanted)
    r = queries.round_at(actor, wanted.year)
    n = queries.counts(
        queries.evaluations(actor, queries.Wanted(wanted.year, path=wanted.path))
    )
    page, may = paged(request, found), _may(actor, r)
    told = refreshing.told(r) if r and may["refresh"] else []
    moved = _moved([*page, *told])
    meetings = list(r.meetings.order_by("-held_on")[:MOST_MINUTES]) if r else []
    context = {
        "here": "evaluations", "lists": lists_of(actor),
        "page": page, "rows": _rows(actor, page, moved), "wanted": wanted, "q": wanted.text, "years": years(),
        "year": wanted.year, "round": r, "n": n, "total": sum(n.values()),
        "tabs": [(k, title, n[k]) for k, title in queries.TABS.items()],
        "subjects": list(counting.SUBJECTS.items()), "grades": list(counting.GRADES.items()),
        # Where it is the community's own round there is nothing below to choose from.
        "places": [] if r else places_below(request),
        "next": queries.next_step(r, n) if r else None,
        "choosing": n["subject_notified"] + n["objection"], "meetings": meetings,
        "desk": actor.path is not None, "may": may, "levels": 5,
        "again": _again(r, moved, told) if r and told else None,
        "may_open": can(actor, "evaluation_rounds.open"), "quiet": _quiet(r),
        "may_see_unit": actor.role == "unit_secretary",
        "filtered": any(request.GET.get(k) for k in ("q", "place", "grade", "subject", "tab")),
    }  # fmt: skip
    return render(request, "scoring/evaluations.html", context)


def _moved(rows: Iterable[Evaluation]) -> dict[UUID, dict[str, Any]]:
    """Those on the page and in the round whose points are not what was told."""
    return drafting.moved_drafts(
        list({e.pk: e for e in rows if e.state in rules.SHOWN}.values())
    )


def _again(r: Round, moved: Mapping[UUID, Any], told: list[Evaluation]) -> Any:
    """How many would be refreshed together, with the question before it."""
    if not (found := refreshing.moved_in(r, moved, told)).n:
        return None
    title, text = rules.refresh_words(*found)
    return {"n": found.n, "title": title, "text": text}


def _rows(actor: Actor, page: Any, moved: Container[UUID]) -> list[tuple[Any, ...]]:
    """(evaluation, state, grade in words, what stops it, whether its points have moved,
    whether what stands in it is shown)"""
    rows = list(page)
    drafting.as_it_stands(rows)
    stops = queries.blocks(rows)
    return [
        (
            e, rules.STATES[e.state], counting.GRADES.get(e.grade or e.proposed, ""),
            stops.get(e.pk, ""), e.pk in moved,
            queries.shows(actor, e),
        )
        for e in rows
    ]  # fmt: skip


def _may(actor: Actor, r: Round | None) -> dict[str, bool]:
    acts = ("draft", "notify", "refresh", "decide", "issue")
    row = Evaluation(path=r.path) if r else None
    return {a: bool(row and can(actor, f"evaluations.{a}", row)) for a in acts}


def _quiet(r: Round | None) -> int:
    """How many are told on paper, once they are told."""
    if r is None:
        return 0
    told = r.evaluations.filter(state="subject_notified", subject="member")
    return drafting.unreached(told.values("member")).count()


@require_POST
def open_round(request: HttpRequest) -> HttpResponse:
    """Begin the year, or add whoever was not there."""
    actor = require_desk(request, "evaluation_rounds.open", "evaluation_rounds.view")
    place = Place.objects.filter(path=actor.path or "-", level=5).first()
    if place is None:
        raise Forbidden("年度评价由社区（村）来开始。")
    if not (year := _year(request.POST.get("year", ""))):
        raise NotFound
    r = opening.open_round(actor=actor, place_id=place.pk, year=year)
    n = r.evaluations.count()
    toast(
        request, f"{r.year}年度评价开始了", f"列入{n}个单位和党员。接下来写评语、起草。"
    )
    return redirect(_back(r.year))


def _back(year: int, tab: str = "") -> str:
    url = reverse("scoring:evaluations")
    return f"{url}?year={year}{f'&tab={tab}' if tab else ''}"


@require_POST
def round_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Draft all, tell all, refresh what has moved, confirm the chosen, issue all."""
    actor = require_role(request, "evaluation_rounds.view")
    r = queries.round_of(actor, pk)
    steps = {
        "draft": _draft, "notify": _notify, "refresh": _refresh, "decide": _decide,
        "issue": _issue,
    }  # fmt: skip
    if event not in steps:
        raise NotFound
    require(actor, f"evaluations.{event}", Evaluation(path=r.path))
    return steps[event](request, actor, r)


def _draft(request: HttpRequest, actor: Actor, r: Round) -> HttpResponse:
    n = len(drafting.draft_all(actor=actor, round_id=r.pk))
    toast(request, f"起草了{n}份", "看过评语和建议的等次，再告知本人。")
    return redirect(_back(r.year, "drafted"))


def _notify(request: HttpRequest, actor: Actor, r: Round) -> HttpResponse:
    n = len(drafting.notify_all(actor=actor, round_id=r.pk))
    toast(request, f"告知了{n}个", "没有手机的，请打印通知单当面告知。")
    return redirect(_back(r.year, "subject_notified"))


def _refresh(request: HttpRequest, actor: Actor, r: Round) -> HttpResponse:
    done, left = refreshing.refresh_all(actor=actor, round_id=r.pk)
    more = "已告诉本人。没有手机的，请打印通知单。"
    if left:
        more = f"另有{len(left)}份没有核对。{'；'.join(left[:3])}"
    toast(
        request, f"按现在的积分核对了{len(done)}份", more, tone="soon" if left else "ok"
    )
    return redirect(_back(r.year))


def _decide(request: HttpRequest, actor: Actor, r: Round) -> HttpResponse:
    meeting = uuid_of(request.POST.get("meeting"))
    if meeting is None:
        raise Invalid("还没有选会议。请先记会议，再确认等次。")
    chosen = [i for v in request.POST.getlist("ids") if (i := uuid_of(v))]
    ids = None if request.POST.get("all") else chosen
    if ids == []:
        raise Invalid("没有勾选。请先勾选要确认的，或者点“全部按建议确认”。")
    done, skipped = deciding.decide_all(
        actor=actor, round_id=r.pk, meeting_id=meeting, ids=ids
    )
    text = "；".join(f"{s.evaluation.name}：{s.why}" for s in skipped[:3])
    more = f"另有{len(skipped)}个没有定。{text}" if skipped else ""
    toast(request, f"定了{len(done)}个等次", more, tone="soon" if skipped else "ok")
    return redirect(_back(r.year, "decided" if done else "subject_notified"))


def _issue(request: HttpRequest, actor: Actor, r: Round) -> HttpResponse:
    cards, held = issuing.issue_all(actor=actor, round_id=r.pk)
    more = (
        f"有{held}张有没了结的异议或拟扣，或者积分有变动要重新核对，先不发。"
        if held
        else "已送到单位，同时报组织部备案。"
    )
    toast(request, f"发出{len(cards)}张反馈卡", more)
    return redirect(_back(r.year, "issued"))


@get_or_post
def meeting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Minutes of the meeting that decides."""
    actor = require_desk(
        request, "evaluation_meetings.hold", "evaluation_meetings.view"
    )
    r = queries.round_of(actor, pk)
    form = forms.MeetingForm(request.POST or None)
    done = submitted(
        request, form,
        lambda d: deciding.hold(
            actor=actor, round_id=r.pk, client_id=request.POST.get("client_id", ""), **d
        ),
    )  # fmt: skip
    if done:
        toast(request, "会议记好了", "接下来按建议的等次一起确认，要改的一个一个定。")
        return redirect(_back(r.year, "subject_notified"))
    crumbs = [(_back(r.year), f"{r.year}年度评价")]
    note = "记下的会议不能再改。决定等次时选这次会议。"
    return form_page(request, form, "记会议", crumbs, note=note, submit="记好了")


@get_only
def quiet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list and the notices on paper for those whom no message reaches (8.34)."""
    actor = require_role(request, "evaluation_rounds.view")
    r = queries.round_of(actor, pk)
    # Drafts are the community's: nobody above has a name from them (9.5).
    require(actor, "evaluations.see", Evaluation(path=r.path))
    rows = list(
        r.evaluations.filter(state="subject_notified", subject="member")
        .select_related("unit").order_by("name")
    )  # fmt: skip
    drafting.as_it_stands(rows)
    context = {
        "r": r, "rows": drafting.without_phone(rows), "grades": counting.GRADES,
        "back_url": _back(r.year),
    }  # fmt: skip
    return render(request, "scoring/notices_print.html", context)


# --- one evaluation ---------------------------------------------------------------------------

SAID = {
    "word": ("评语存好了", ""),
    "unit_word": ("单位的话存好了", "社区起草时会一起列上。"),
    "see": ("记下了：已阅", ""),
    "object": ("异议提交了", "社区会书面答复，答复以前不会定等次。"),
    "answer": ("答复了", "已告诉本人。接下来开会决定。"),
    "hear": ("听取意见记下了", ""),
    "decide": ("等次定了", "接下来发反馈卡。"),
    "refresh": ("按现在的积分核对了", "已告诉本人。"),
    "reopen": ("重新评价开始了", "已告诉本人。接下来看过评语，再告知本人。"),
}


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What stands about one member or unit, and what this person may do."""
    actor = require_role(request, "evaluations.view")
    return _page(request, actor, queries.evaluation(actor, pk))


def _appeal(e: Evaluation) -> Appeal:
    """The appeal that somebody might file against this grade, for the access table."""
    return Appeal(path=e.path, unit_id=e.unit_id, member_id=e.member_id)


def _now(fresh: Mapping[str, Any]) -> str:
    """80 分，建议良好: what a draft of today says."""
    if not fresh:
        return ""
    proposed = counting.GRADES.get(fresh["proposed"], "")
    return f"{words.score(fresh['score'])} 分，建议{proposed}"


def _page(
    request: HttpRequest, actor: Actor, e: Evaluation,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    drafting.as_it_stands([e])
    state, mine = rules.STATES[e.state], drafting.mine(actor, e)
    fresh = queries.moved(actor, e)
    moved = bool(fresh)
    may = queries.events(actor, e, moved)
    bound = dict([bad]) if bad else {}
    kept = {
        ev: apart(bound.get(ev) or _form(ev, None, e), ev) for ev in _FORMS if ev in may
    }
    card, shown = queries.card_of(e), queries.shows(actor, e)
    context = {
        "e": e, "state": state, "mine": mine, "may": may, "forms": kept, "card": card,
        "bad": bad and bad[0], "grade": counting.GRADES.get(e.grade, ""),
        "proposed": counting.GRADES.get(e.proposed, ""), "desk": actor.path is not None,
        "now": _now(fresh),
        "stops": queries.stops(actor, e, moved) if "decide" in may else "",
        "story": queries.story(e.pk, state.verb) if shown and not mine else [],
        "facts": _facts(e), "has_draft": shown and e.drafted_at is not None, "shown": shown,
        "may_card": card and can(actor, "feedback_cards.view", card),
        "may_appeal": e.state == "issued" and e.grade != "excellent"
        and can(actor, "appeals.file", _appeal(e)),
        "meetings": bool(getattr(kept.get("decide"), "meetings", ())),
        "decide_form": kept.get("decide"), "uncounted": late_of(actor, e.card),
        "appeal": grade_to_appeal(actor, e.card), "light": actor.role == "member",
        "by_hand": bool(
            "reopen" in may and card and can(actor, "evaluations.change", e)
            and revising.by_hand(e)
        ),
    }  # fmt: skip
    light = actor.role == "member"
    name = "scoring/evaluation_member.html" if light else "scoring/evaluation.html"
    return render(request, name, context, status=422 if bad else 200)


def _facts(e: Evaluation) -> list[tuple[str, str]]:
    """The service of the year in words: the same as on the card."""
    return facts_of(e.figures)


_FORMS = ("word", "unit_word", "object", "answer", "hear", "decide", "reopen")


def _form(event: str, data: Any, e: Evaluation) -> Form:
    if event == "word":
        return forms.WordsForm(data, initial={"words": e.words})
    if event == "unit_word":
        return forms.UnitWordsForm(
            data, initial={"words": e.unit_words, "mark": e.unit_mark}
        )
    if event == "decide":
        rows = e.round.meetings.order_by("-held_on")[:MOST_MINUTES]
        listed = [
            (str(m.pk), f"{m.held_on:%-m月%-d日} {m.attended[:20]}") for m in rows
        ]
        # 差 is never preset: whoever means it chooses it.
        first = e.proposed if rules.may_in_bulk(e.proposed) else None
        return forms.DecideForm(data, meetings=listed, initial={"grade": first})
    words = {
        "object": (
            "哪里不对、您的理由",
            "社区和会议看得到，会和答复一起印在反馈卡上，单位和组织部也看得到。可以口头说，社区代记。",
        ),
        "answer": ("答复", "写清查了什么、采纳不采纳、为什么。本人看得到。"),
        "hear": ("什么时候、怎么听取的、本人怎么说", "定为差以前要有这一条。"),
        "reopen": ("为什么重新评价", "本人看得到，会印在新卡上。"),
    }
    label, note = words[event]
    return forms.TextForm(data, label=label, help_text=note)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """One step of one evaluation."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "evaluations.view")
    e = queries.evaluation(actor, pk)
    require(actor, f"evaluations.{event}", e)
    form = _form(event, request.POST, e) if event in _FORMS else None
    if not taken(form, lambda d: _do(request, actor, e, event, d)):
        assert form
        return _page(request, actor, e, (event, form))
    toast(request, *SAID[event])
    return redirect("scoring:evaluation", pk=pk)


def _do(
    request: HttpRequest, actor: Actor, e: Evaluation, event: str, d: dict[str, Any]
) -> None:
    which: dict[str, Any] = {"actor": actor, "evaluation_id": e.pk}
    if event == "decide":
        meeting_id = uuid_of(d.pop("meeting"))
        if meeting_id is None:
            raise Invalid(fields={"meeting": "请选会议。"})
        deciding.decide(**which, meeting_id=meeting_id, **d)
        return
    verbs: dict[str, Any] = {
        "word": drafting.write_words, "unit_word": drafting.write_unit_words,
        "refresh": refreshing.refresh, "see": objecting.see, "object": objecting.object_to,
        "answer": objecting.answer, "hear": objecting.hear, "reopen": reopening.reopen,
    }  # fmt: skip
    verbs[event](**which, **d)


@get_only
def my_evaluations(request: HttpRequest) -> HttpResponse:
    """My own of every year, or the unit's."""
    actor = require_role(request, "evaluations.view")
    if actor.role not in ("member", "unit_secretary", "unit_liaison"):
        return redirect("scoring:evaluations")
    rows = [
        (e, rules.STATES[e.state], rules.grade_in(e.grade, e.state))
        for e in queries.mine(actor)[:12]
    ]
    light = actor.role == "member"
    name = (
        "scoring/my_evaluations_member.html" if light else "scoring/my_evaluations.html"
    )
    return render(request, name, {"rows": rows})
