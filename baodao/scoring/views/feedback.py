"""Feedback cards on pages: one card, those a unit received, those a community sent, the
filing list of the department, grades by number."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.errors import Conflict, NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    paged,
    places_below,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import submitted
from baodao.scoring import forms_evaluation as forms
from baodao.scoring import queries_evaluation as queries
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.models_evaluation import FeedbackCard
from baodao.scoring.rules_small import FEW
from baodao.scoring.services import delivering, revising
from baodao.scoring.services.words import facts_of
from baodao.scoring.views.cards import years
from baodao.scoring.views.evaluations import wanted_of
from baodao.scoring.views.lists import home_of, lists_of
from baodao.ui.toast import toast


def _context(request: HttpRequest, here: str) -> dict[str, Any]:
    wanted = wanted_of(request)
    return {
        "wanted": wanted, "q": wanted.text, "year": wanted.year, "years": years(),
        "subjects": list(counting.SUBJECTS.items()), "grades": list(counting.GRADES.items()),
        "places": places_below(request), "here": here, "lists": lists_of(actor_of(request)),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "grade", "subject")),
    }  # fmt: skip


def _cells(page: Any) -> list[tuple[Any, Any, str]]:
    return [
        (
            d, rules.DELIVERY_STATES[d.state],
            rules.grade_in(d.card.grade, d.card.evaluation.state),
        )
        for d in page
    ]  # fmt: skip


@get_only
def received(request: HttpRequest) -> HttpResponse:
    """Cards that came to this unit: of its members, of units below it."""
    actor = require_desk(request, "card_deliveries.receive", "card_deliveries.view")
    if actor.path is not None:
        return redirect("scoring:sent")
    context = _context(request, "received")
    tab = word(request, "tab", queries.RECEIVED) or "delivered"
    found = queries.received(actor, context["wanted"])
    page = paged(request, found.filter(state=tab))
    context |= {
        "tab": tab, "page": page, "rows": _cells(page),
        "tabs": [(k, t, found.filter(state=k).count()) for k, t in queries.RECEIVED.items()],
        "may_receive": can(actor, "card_deliveries.receive"),
    }  # fmt: skip
    return render(request, "scoring/received.html", context)


@get_only
def sent(request: HttpRequest) -> HttpResponse:
    """Cards that the community sent: to be taken on paper, not received yet, received."""
    actor = require_role(request, "card_deliveries.view")
    if home_of(actor) != "sent":
        return redirect(f"scoring:{home_of(actor)}")
    context = _context(request, "sent")
    tab = word(request, "tab", queries.SENT) or "waiting"
    found = queries.sent(actor, context["wanted"])
    page = paged(request, found.filter(state=tab))
    context |= {
        "tab": tab, "page": page, "rows": _cells(page),
        "tabs": [(k, t, found.filter(state=k).count()) for k, t in queries.SENT.items()],
        "may_hand": can(actor, "card_deliveries.hand_over"), "kinds": rules.RECIPIENTS,
    }  # fmt: skip
    return render(request, "scoring/sent.html", context)


@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Receipt of the chosen, or all."""
    actor = require_role(request, "card_deliveries.receive")
    chosen = [i for v in request.POST.getlist("ids") if (i := uuid_of(v))]
    done = delivering.receive(actor=actor, ids=chosen, by=request.POST.get("by", ""))
    toast(request, f"签收了{len(done)}张反馈卡")
    return redirect(f"scoring:{home_of(actor)}")


@get_or_post
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A card on paper taken to an addressee outside the system."""
    actor = require_desk(request, "card_deliveries.hand_over", "card_deliveries.view")
    d = delivering.delivery_of(pk)
    require(actor, "card_deliveries.hand_over", d)
    form = forms.HandOverForm(
        request.POST or None, initial={"to": d.to, "how": "paper"}
    )
    done = submitted(
        request, form,
        lambda data: delivering.hand_over(actor=actor, delivery_id=pk, **data),
    )  # fmt: skip
    if done:
        toast(request, "记下了：已送达", "对方签收以后，在“等签收”里补记签收人。")
        return redirect("scoring:sent")
    crumbs = [(reverse("scoring:sent"), "发出的反馈卡")]
    note = f"{d.card.name}的反馈卡（{d.card.number}），先打印盖章。"
    return form_page(request, form, "记送达", crumbs, note=note, submit="记好了")


@get_or_post
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt of a card on paper, noted by the community."""
    actor = require_desk(request, "card_deliveries.receive", "card_deliveries.view")
    d = delivering.delivery_of(pk)
    require(actor, "card_deliveries.receive", d)
    form = forms.TextForm(request.POST or None, label="谁签收的")
    done = submitted(
        request, form,
        lambda data: delivering.receive(actor=actor, ids=[pk], by=data["text"]),
    )  # fmt: skip
    if done:
        toast(request, "记下了：已签收")
        return redirect("scoring:sent")
    crumbs = [(reverse("scoring:sent"), "发出的反馈卡")]
    return form_page(request, form, "记签收", crumbs, note=d.to, submit="记好了")


@get_only
def filing(request: HttpRequest) -> HttpResponse:
    """What waits for its filing number, who has not received, what is filed."""
    actor = require_desk(request, "card_deliveries.file", "card_deliveries.view")
    context = _context(request, "filing")
    tab = word(request, "tab", queries.FILING) or "ripe"
    found = queries.deliveries(actor, context["wanted"])
    page = paged(request, queries.in_filing(found, tab))
    context |= {
        "tab": tab, "page": page, "rows": _cells(page),
        "tabs": [(k, t, queries.in_filing(found, k).count()) for k, t in queries.FILING.items()],
    }  # fmt: skip
    return render(request, "scoring/filing.html", context)


@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """File the chosen, or all that are ripe of what the list shows."""
    actor = require_role(request, "card_deliveries.file")
    ids = [i for v in request.POST.getlist("ids") if (i := uuid_of(v))]
    if request.POST.get("all"):
        rows = queries.deliveries(actor, wanted_of(request))
        waiting = rows.filter(kind="filing", state="delivered")
        ids = list(waiting.values_list("pk", flat=True))
    done, left = delivering.file_all(actor=actor, ids=ids)
    more = f"还有{left}张等签收，或签收期没有到。" if left else ""
    toast(request, f"备案了{len(done)}张", more)
    query = request.GET.urlencode()
    return redirect(reverse("scoring:filing") + (f"?{query}" if query else ""))


@get_only
def grades(request: HttpRequest) -> HttpResponse:
    """How many have which grade, by places below; small numbers hidden, no ranking."""
    actor = require_role(request, "evaluations.figures")
    context = _context(request, "grades")
    subject = context["wanted"].subject or "member"
    rows = queries.distribution(actor, context["year"], subject)
    context |= {
        "rows": rows, "subject": subject, "began": queries.totals(rows),
        "heads": list(counting.GRADES.values()), "k": FEW,
    }  # fmt: skip
    return render(request, "scoring/grades.html", context)


@get_only
def card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One card as it stands on paper, with where it went."""
    actor = require_role(request, "feedback_cards.view")
    it = queries.feedback(actor, pk)
    newest = queries.newest(it)
    context = {
        "it": it, "c": it.content, "facts": facts_of(it.content["figures"]),
        "grades": [(t, k == it.content["grade"]) for k, t in counting.GRADES.items()],
        "newest": newest if newest.pk != it.pk else None, "deliveries": _cells(
            it.deliveries.select_related("card__evaluation").order_by("kind", "pk")
        ), "kinds": rules.RECIPIENTS, "hours": rules.hours,
        "appealed": it.evaluation.state == "under_appeal",
        "anew": queries.anew(it),
        "may_print": can(actor, "feedback_cards.print", it), "back_url": _way_back(actor, it),
        "may_change": _may_change(actor, it),
    }  # fmt: skip
    return render(request, "scoring/feedback.html", context)


def _may_change(actor: Actor, it: FeedbackCard) -> bool:
    """Whether there is something to mend by hand, without a meeting."""
    e = it.evaluation
    may = can(actor, "evaluations.change", e) and actor.path is not None
    open_ = it.state == "current" and e.state == "issued"
    return bool(may and open_ and revising.by_hand(e))


def _way_back(actor: Actor, it: FeedbackCard) -> str:
    if actor.role == "member" or can(actor, "evaluations.view", it.evaluation):
        return reverse("scoring:evaluation", args=[it.evaluation_id])
    return reverse(f"scoring:{home_of(actor)}")


@get_or_post
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new edition after the card went out, because its points have changed (8.18)."""
    actor = require_role(request, "evaluations.change")
    it = queries.feedback(actor, pk)
    require(actor, "evaluations.change", it.evaluation)
    if it.state != "current":
        raise NotFound
    if not (known := revising.by_hand(it.evaluation)):
        raise Conflict(
            "这里改不了：积分没有变动，或者变差了。变差的，重新评价，开会定。"
        )
    form = forms.ChangeForm(
        request.POST or None, before=it.grade, known=known, initial={"grade": it.grade}
    )
    done = submitted(
        request, form,
        lambda d: revising.change_grade(actor, it.evaluation_id, d["grade"], d["reason"]),
    )  # fmt: skip
    if done:
        toast(request, "发了新的一版", "收到过旧卡的都会收到新卡。")
        return redirect("scoring:feedback", pk=done.pk)
    crumbs = [(reverse("scoring:feedback", args=[pk]), it.number)]
    note = (
        "只在发卡以后积分有变动时用，不能改差，也不能高过现在建议的等次；优秀要开会定。"
        "对等次有意见的走申诉。积分超市不受影响。"
    )
    return form_page(
        request, form, "按现在的积分重新发卡", crumbs, note=note, submit="发新的一版"
    )
