"""Writing the questions of a survey (A06): before it is published, or of its next
edition. Each step is one act on the whole list, guarded by its version."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import Row, act
from baodao.acts.writing import Done, Write
from baodao.core.errors import Conflict, Invalid
from baodao.surveys import asking, rules
from baodao.surveys.asking import Question, Wording
from baodao.surveys.models import Edition

Change = Callable[[list[Question]], Sequence[Question]]


def _build(
    actor: Actor, survey_id: UUID, change: Change, now: datetime | None, what: str
) -> Done:
    def decide(row: Row) -> Write:
        if row["parent_id"]:
            raise Conflict("这次摸底是上级发的，问题由上级改。")
        begun = asking.kept(row["draft"])
        if begun is None:
            begun = asking.kept(row["questions"])
        questions = change(asking.load(begun))
        if len(questions) > rules.MAX_QUESTIONS:
            raise Invalid(f"最多{rules.MAX_QUESTIONS}个问题，一户问不完。请去掉几个。")
        return Write(
            set={"draft": asking.dump(questions)},
            data={"what": what, "questions": len(questions)},
        )

    return act(
        actor, "surveys.build", survey_id, decide,
        reads=("draft", "questions", "parent_id"), now=now,
    )  # fmt: skip


def add_question(
    *, actor: Actor, survey_id: UUID, wording: Wording, now: datetime | None = None
) -> Done:
    """One more question, at the end. Raises Invalid with kind, label, options, only_if."""
    used = _used(survey_id)

    def change(questions: list[Question]) -> list[Question]:
        new = asking.worded(wording, questions, None)
        key = asking.next_key(questions, used)
        return [*questions, replace(new, key=key)]

    return _build(actor, survey_id, change, now, "add")


def _used(survey_id: UUID) -> set[str]:
    """Keys of all editions: one that was taken out is not given to another question."""
    rows: list[list[dict[str, Any]]] = list(
        Edition.objects.filter(survey=survey_id).values_list("questions", flat=True)
    )
    return {q["key"] for questions in rows for q in questions}


def edit_question(
    *, actor: Actor, survey_id: UUID, key: str, wording: Wording,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Other words for a question. Its kind stays what it was once it was published:
    answers of two kinds cannot be counted together."""
    used = _used(survey_id)

    def change(questions: list[Question]) -> list[Question]:
        i = next((i for i, q in enumerate(questions) if q.key == key), None)
        if i is None:
            raise Invalid("这个问题已经不在了。请看最新的问题。")
        old = questions[i]
        if key in used and wording.kind != old.kind:
            raise Invalid(
                fields={"kind": "发布过的问题不能换种类。请删掉这一题，另加一题。"}
            )
        new = asking.worded(wording, questions[:i], old)
        return asking.mended(questions, new)

    return _build(actor, survey_id, change, now, "edit")


def move_question(
    *, actor: Actor, survey_id: UUID, key: str, step: int, now: datetime | None = None
) -> Done:
    """One place up (-1) or down (+1)."""
    return _build(actor, survey_id, lambda qs: asking.moved(qs, key, step), now, "move")


def remove_question(
    *, actor: Actor, survey_id: UUID, key: str, now: datetime | None = None
) -> Done:
    return _build(actor, survey_id, lambda qs: asking.without(qs, key), now, "remove")


def discard(*, actor: Actor, survey_id: UUID, now: datetime | None = None) -> Done:
    """The edition that is being written is given up; the published one stays."""

    def decide(row: Row) -> Write:
        if row["state"] != "running":
            raise Conflict("还没有发布，没有可以放弃的改动。")
        return Write(set={"draft": None}, data={"what": "discard"})

    return act(actor, "surveys.build", survey_id, decide, now=now)
