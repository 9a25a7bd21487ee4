"""The verbs of a survey as a whole (A06): draft it, publish it (and send it down), a new
edition, its end. All keyword-only. Errors: NotFound outside the actor's scope, Forbidden
inside it, Conflict when the state or somebody else was first, Invalid with the field."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.access import path_range
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.bulk import create_rows
from baodao.acts.engine import Row, act, create
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, TOWNSHIP
from baodao.surveys.asking import kept
from baodao.surveys.models import Edition, Sheet, Survey, Template
from baodao.surveys.results import kept_sums, kept_sums_of_parts

TELL = "surveys.tell"
TITLE_CHARS, WHY_CHARS = 40, 300


def draft_survey(
    *, actor: Actor, title: str, why: str, starts_on: date, ends_on: date,
    template: str = "", copy_of: UUID | None = None, again: UUID | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A draft of the actor's own place. Its questions are those of a template, of an
    earlier survey (`copy_of`), or of one that is asked again (`again`), of which it is
    the next round."""
    if not actor.path:
        raise Forbidden("摸底由社区、乡镇（街道）或县来做。")
    place = Place.objects.filter(path=actor.path, valid_to=None).first()
    if place is None:
        raise NotFound
    origin = again or copy_of
    before = _known(origin) if origin else None
    if again and before and before.state != "closed":
        raise Conflict("上一轮还没有结束。先结束上一轮，再开始新一轮。")
    questions = before.questions if before else _template(template)
    it = Survey(
        place=place, path=place.path, draft=questions, by_name=actor.name,
        previous=before if again else None, round=before.round + 1 if again and before else 1,
        **_said(title, why, starts_on, ends_on),
    )  # fmt: skip
    data = {"again": bool(again)}
    return create(
        actor, "surveys.draft", it, Write(data=data), now=now, client_id=client_id
    )


def _known(pk: UUID) -> Survey:
    found = Survey.objects.filter(pk=pk).exclude(state="dropped").first()
    if found is None:
        raise Invalid(fields={"source": "没有找到这次摸底。请从列表里选。"})
    return found


def _template(code: str) -> list[dict[str, Any]]:
    if not code:
        return []
    found = Template.objects.filter(code=code).first()
    if found is None:
        raise Invalid(fields={"source": "没有这个模板。请从列表里选。"})
    questions: list[dict[str, Any]] = found.questions
    return questions


def _said(title: str, why: str, starts_on: date, ends_on: date) -> dict[str, Any]:
    title, why = " ".join(title.split()), why.strip()
    if not title or len(title) > TITLE_CHARS:
        raise Invalid(fields={"title": f"请写名称，最多{TITLE_CHARS}个字。"})
    if not why or len(why) > WHY_CHARS:
        raise Invalid(
            fields={"why": f"请写为什么问，居民会看到，最多{WHY_CHARS}个字。"}
        )
    if ends_on < starts_on:
        raise Invalid(fields={"ends_on": "截止要在开始以后。请改日期。"})
    return {"title": title, "why": why, "starts_on": starts_on, "ends_on": ends_on}


def edit_survey(
    *, actor: Actor, survey_id: UUID, title: str, why: str, starts_on: date,
    ends_on: date, now: datetime | None = None,
) -> Done:  # fmt: skip
    """Title, reason and dates of a draft."""
    said = _said(title, why, starts_on, ends_on)
    return act(actor, "surveys.edit", survey_id, lambda row: Write(set=said), now=now)


def publish(
    *, actor: Actor, survey_id: UUID, now: datetime | None = None
) -> Done:  # fmt: skip
    """From now on households are asked. One of a township or county is sent: each
    community below gets its part in the same transaction."""
    at = now or clock_now()
    with transaction.atomic():
        done = act(
            actor, "surveys.publish", survey_id, lambda row: _published(row, at),
            reads=("draft", "edition"), now=at,
        )  # fmt: skip
        it = Survey.objects.select_related("place").get(pk=survey_id)
        if it.place.level < COMMUNITY:
            _send(it, consequence_of(actor), at)
    return done


def _published(row: Row, at: datetime) -> Write:
    questions, number = kept(row["draft"]), row["edition"] + 1
    if not questions:
        raise Conflict("还没有问题。请先加问题，再发布。")
    edition = Edition(survey_id=row["id"], number=number, questions=questions, at=at)
    return Write(
        set={"questions": questions, "edition": number, "draft": None},
        data={"edition": number, "questions": len(questions)},
        adds=[edition], job=(TELL, {}),
    )  # fmt: skip


def _send(it: Survey, actor: Actor, at: datetime) -> int:
    """A part for each community that has none, and for each township between, which
    sees the percentages of its own communities there. Returns how many."""
    lo, hi = path_range(it.path)
    held = it.parts.exclude(state="dropped").values("path")
    below = Place.objects.filter(
        path__gt=lo, path__lt=hi, level__in=(TOWNSHIP, COMMUNITY), valid_to=None
    )
    found = below.exclude(kind="virtual").exclude(path__in=held)
    rows = list(found.order_by("path").values_list("id", "path"))
    if not rows:
        return 0
    given = {
        "place_id": [pk for pk, _ in rows], "path": [path for _, path in rows],
        "created_at": at, "version": 1, "parent_id": it.pk, "previous_id": None,
        "state": "running", "draft": None, "sums": None, "closed_on": None,
        "questions": [it.questions] * len(rows),
        **{n: getattr(it, n) for n in (
            "title", "why", "starts_on", "ends_on", "round", "edition", "by_name",
        )},
    }  # fmt: skip
    return len(create_rows(actor, "surveys.receive", Survey, given, at=at))


def send_missing(now: datetime | None = None) -> int:
    """Communities that came after a survey was sent get their part. Returns how many."""
    at = now or clock_now()
    sent = Survey.objects.filter(
        state="running", parent=None, place__level__lt=COMMUNITY
    )
    n = 0
    for it in sent:
        with transaction.atomic():
            n += _send(it, SYSTEM, at)
    return n


def revise(
    *, actor: Actor, survey_id: UUID, now: datetime | None = None
) -> Done:  # fmt: skip
    """The next edition of the questions, in all parts at once. Sheets that are there
    keep the edition they were filled in with."""
    at = now or clock_now()
    it = _own(survey_id)
    with transaction.atomic():
        done = act(
            actor, "surveys.revise", survey_id, lambda row: _published(row, at),
            reads=("draft", "edition"), now=at,
        )  # fmt: skip
        it.refresh_from_db()
        write = Write(
            set={"questions": it.questions, "edition": it.edition},
            data={"edition": it.edition},
        )
        _parts(actor, "revise", it, write, at)
    return done


def extend(
    *, actor: Actor, survey_id: UUID, ends_on: date, now: datetime | None = None
) -> Done:
    """Another last day, of all parts too."""
    at = now or clock_now()
    it = _own(survey_id)
    if ends_on < max(it.starts_on, today(at)):
        raise Invalid(fields={"ends_on": "请选今天或以后的日期。"})
    write = Write(set={"ends_on": ends_on}, data={"ends_on": ends_on.isoformat()})
    with transaction.atomic():
        done = act(actor, "surveys.extend", survey_id, lambda row: write, now=at)
        _parts(actor, "extend", it, write, at)
    return done


def _own(survey_id: UUID) -> Survey:
    """A survey that was not sent from above. Raises Conflict for a part."""
    it = Survey.objects.filter(pk=survey_id).first()
    if it is None:
        raise NotFound
    if it.parent_id:
        raise Conflict(
            "这次摸底是上级发的，问题和日期由上级改。您可以登记，也可以结束本社区的部分。"
        )
    return it


def _parts(
    actor: Actor, event: str, it: Survey, write: Write, at: datetime
) -> Sequence[UUID]:
    ids = list(it.parts.filter(state="running").values_list("pk", flat=True))
    if not ids:
        return []
    return act_many(consequence_of(actor), f"surveys.{event}", ids, write, now=at)


def close(
    *, actor: Actor, survey_id: UUID, now: datetime | None = None
) -> Done:  # fmt: skip
    """The end: the sums stay as they are now, of each part too. A community may end its
    own part earlier."""
    at = now or clock_now()
    it = Survey.objects.select_related("place", "parent").filter(pk=survey_id).first()
    if it is None:
        raise NotFound
    if it.parent_id and it.place.level < COMMUNITY:
        raise Conflict("这次摸底是上级发的，由上级结束；社区可以先结束自己的部分。")
    day = today(at)

    def write(sums: dict[str, Any]) -> Write:
        return Write(
            set={"sums": sums, "closed_on": day, "draft": None},
            data={"households": sums["households"], "answered": sums["answered"]},
        )

    with transaction.atomic():
        parts = list(it.parts.filter(state="running"))
        own = write(kept_sums(it))
        done = act(actor, "surveys.close", survey_id, lambda row: own, now=at)
        of_parts = kept_sums_of_parts(it, parts)
        writes = {p.pk: write(of_parts[p.path]) for p in parts}
        act_rows(consequence_of(actor), "surveys.close", writes, now=at)
    return done


def withdraw(
    *, actor: Actor, survey_id: UUID, now: datetime | None = None
) -> Done:  # fmt: skip
    """Published by mistake: taken back while nobody has been asked."""
    at = now or clock_now()
    it = _own(survey_id)
    if Sheet.objects.filter(survey=it).exists():
        raise Conflict("已经有住户登记了，不能撤回。不再做的话，请点“结束摸底”。")
    with transaction.atomic():
        done = act(actor, "surveys.withdraw", survey_id, now=at)
        _parts(actor, "withdraw", it, Write(), at)
    return done


def drop(*, actor: Actor, survey_id: UUID, now: datetime | None = None) -> Done:
    """A draft that is not gone on with."""
    return act(actor, "surveys.drop", survey_id, now=now)
