"""Writing the questions, without scripts: each button is a form."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.errors import Invalid, NotFound
from baodao.people.views.asking import get_or_post
from baodao.places.forms import refuse, status_of, submitted
from baodao.surveys import asking, building, queries, rules
from baodao.surveys.asking import Question
from baodao.surveys.forms import QuestionForm
from baodao.surveys.models import Survey
from baodao.surveys.views.frame import opened, shared
from baodao.ui.toast import toast

EVENTS = {"up": -1, "down": 1, "remove": 0}


def _questions(it: Survey) -> list[Question]:
    return asking.load(it.draft if it.draft is not None else it.questions)


def _may(actor: Actor, it: Survey) -> bool:
    open_ = it.state in ("draft", "running") and it.parent_id is None
    return open_ and can(actor, "surveys.build", it)


@get_or_post
def questions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All questions as they will be asked; below, one more."""
    actor, it = opened(request, pk)
    rows = _questions(it)
    may = _may(actor, it)
    form = QuestionForm(request.POST or None, conditions=asking.conditions(rows))
    if request.method == "POST":
        require(actor, "surveys.build", it)
        if form.is_valid() and _added(actor, it, form):
            toast(request, "这一题加好了", form.cleaned_data["label"])
            return redirect(reverse("surveys:questions", args=[pk]) + "#add")
    labels = {q.key: q for q in rows}
    context = {
        **shared(request, it, "questions"), "form": form, "may": may,
        "rows": [(n, q, _follows(q, labels)) for n, q in enumerate(rows, 1)],
        "editing": it.state == "running" and it.draft is not None, "last": len(rows),
        "steps": queries.steps(actor, it), "asks_sure": _asks_sure(form), "notice": rules.NOTICE,
    }  # fmt: skip
    return render(request, "surveys/questions.html", context, status=status_of(form))


def _added(actor: Actor, it: Survey, form: QuestionForm) -> bool:
    try:
        building.add_question(actor=actor, survey_id=it.pk, wording=form.wording())
    except Invalid as error:
        refuse(form, error)
        return False
    return True


def _asks_sure(form: QuestionForm) -> bool:
    """Whether it has just been said that the question seems not to be allowed."""
    bound = form.is_bound and any("不能收集" in e for e in form.errors.get("label", ()))
    return bound or bool(form.is_bound and form.data.get("sure"))


def _follows(q: Question, known: dict[str, Question]) -> str:
    if q.only_if is None or q.only_if[0] not in known:
        return ""
    before = known[q.only_if[0]]
    return f"“{before.label}”答“{before.words([q.only_if[1]] if before.kind == 'many' else q.only_if[1])}”的才问"


@get_or_post
def question(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """Other words for one."""
    actor, it = opened(request, pk)
    require(actor, "surveys.build", it)
    rules.FLOW.step(it.state, "build")
    rows = _questions(it)
    i = next((i for i, q in enumerate(rows) if q.key == key), None)
    if i is None:
        raise NotFound
    form = QuestionForm(
        request.POST or None, conditions=asking.conditions(rows[:i]),
        initial=QuestionForm.initial_of(rows[i]),
    )  # fmt: skip
    done = submitted(request, form, lambda d: building.edit_question(
        actor=actor, survey_id=pk, key=key, wording=form.wording()
    ))  # fmt: skip
    if done:
        toast(request, "这一题改好了")
        return redirect("surveys:questions", pk=pk)
    context: dict[str, Any] = {
        **shared(request, it, "questions"), "form": form, "number": i + 1,
        "asks_sure": _asks_sure(form),
    }  # fmt: skip
    return render(request, "surveys/question.html", context, status=status_of(form))


@require_POST
def question_act(request: HttpRequest, pk: UUID, key: str, event: str) -> HttpResponse:
    """Up, down or out."""
    if event not in EVENTS:
        raise NotFound
    actor, it = opened(request, pk)
    require(actor, "surveys.build", it)
    try:
        if event == "remove":
            building.remove_question(actor=actor, survey_id=pk, key=key)
            toast(request, "这一题去掉了")
        else:
            building.move_question(
                actor=actor, survey_id=pk, key=key, step=EVENTS[event]
            )
    except Invalid as error:
        toast(request, error.message, tone="late")
    return redirect(reverse("surveys:questions", args=[pk]) + f"#{key}")
