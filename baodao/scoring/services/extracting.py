"""Results taken out for one purpose (A31, L13, L14, L48, L49): frozen as they are on that
day, with a code that shows a changed word, open only for a time and only to whom it was
made for; every look is on record with its purpose."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.access import require, visible
from baodao.acts.actor import Actor
from baodao.acts.engine import Numbered, create, note_event
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.crypto import keyed_hash
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.scoring import rules_evaluation as rules
from baodao.scoring import rules_extracts as extracts
from baodao.scoring.models_evaluation import Delivery, Extract, FeedbackCard
from baodao.ui import words

HEADS = {
    "member": ("姓名", "单位党组织", "评价社区", "年度", "等次", "积分", "综合评语", "反馈卡编号",
               "版次", "备案号", "说明"),
    "unit": ("单位", "党组织", "评价社区", "年度", "等次", "积分", "综合评语", "反馈卡编号",
             "版次", "备案号", "说明"),
}  # fmt: skip
HOWS = {"open": "打开看", "xlsx": "下载表格", "print": "打印"}


def source(actor: Actor, purpose: str, year: int) -> QuerySet[FeedbackCard]:
    """The newest cards that a purpose draws on: a unit's own members, a department's
    place."""
    subject = extracts.PURPOSES[purpose].subject
    found = visible(FeedbackCard.objects.all(), actor, "feedback_cards.view")
    found = found.filter(year=year, subject=subject, state="current")
    if actor.path is None:
        found = found.filter(unit=actor.unit_id)
    return found.select_related("evaluation", "place").order_by("path", "number")


def take(
    *, actor: Actor, purpose: str, year: int, reason: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Freeze what a purpose needs. Errors: purpose, reason; Conflict when nothing is
    there."""
    at = now or clock_now()
    if purpose not in extracts.purposes_for(actor.role):
        raise Forbidden("这种用途要由组织部来提取。")
    wrong = {}
    if not reason.strip():
        wrong["reason"] = "请写事由：哪次会议、哪份文件、什么任务。"
    elif found := private_numbers(reason):
        wrong["reason"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)
    cards = list(source(actor, purpose, year)[: extracts.MOST + 1])
    if not cards:
        raise Conflict(f"{year}年度还没有反馈卡。等社区发卡以后再提取。")
    if len(cards) > extracts.MOST:
        raise Invalid(f"一次最多{extracts.MOST:,}行，请到下一级去提取。")
    content = {
        "purpose": extracts.PURPOSES[purpose].title, "reason": reason.strip(),
        "by": actor.name, "at": at.isoformat(timespec="seconds"), "year": year,
        "heads": HEADS[extracts.PURPOSES[purpose].subject], "rows": _rows(cards),
    }  # fmt: skip
    it = Extract(
        purpose=purpose, path=actor.path or "", unit_id=None if actor.path is not None else actor.unit_id,
        place_name=_scope(actor), year=year, reason=reason.strip(), made_by=actor.name,
        made_role=actor.role, made_at=at, n=len(cards), content=content,
        valid_until=extracts.valid_until(purpose, today(at)), code=code_of(content),
    )  # fmt: skip
    return create(
        actor, "extracts.make", it, Write(data={"purpose": purpose, "n": len(cards)}),
        now=at, client_id=client_id,
        numbered=Numbered("number", f"extract:{today(at).year}", f"用{today(at).year}-", 5),
    )  # fmt: skip


def _scope(actor: Actor) -> str:
    if actor.path is not None:
        place = Place.objects.filter(path=actor.path).first()
        return place.name if place else "全部地方"
    unit = Unit.objects.filter(pk=actor.unit_id).first() if actor.unit_id else None
    return unit.name if unit else ""


def _rows(cards: Sequence[FeedbackCard]) -> list[list[Any]]:
    filed = dict(
        Delivery.objects.filter(card__in=[c.pk for c in cards], state="filed")
        .values_list("card_id", "number")
    )  # fmt: skip
    return [
        [
            c.name, c.content["org"], c.place.name, c.year,
            rules.grade_in(c.grade, c.evaluation.state),
            words.score(c.content["score"]), c.content["words"], c.number, c.edition,
            filed.get(c.pk, ""), _note(c),
        ]
        for c in cards
    ]  # fmt: skip


def _note(c: FeedbackCard) -> str:
    if c.evaluation.state == "under_appeal":
        return rules.STATES["under_appeal"].title
    return str(c.content["none"])


def changed_since(it: Extract) -> tuple[int, int]:
    """How many of its cards were corrected since, and how many are in review now."""
    heads = list(it.content["heads"])
    at, which = heads.index("反馈卡编号"), heads.index("版次")
    taken = {row[at]: row[which] for row in it.content["rows"]}
    cards = FeedbackCard.objects.filter(number__in=list(taken), state="current")
    found = list(cards.values_list("number", "edition", "evaluation__state"))
    corrected = sum(edition > taken[number] for number, edition, _ in found)
    return corrected, sum(state == "under_appeal" for *_, state in found)


def code_of(content: Mapping[str, Any]) -> str:
    """Nobody without the deployment's secret can make it for another content."""
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    found = keyed_hash(text, "extract")[:16].upper()
    return " ".join(found[i : i + 4] for i in range(0, 16, 4))


def extract_of(actor: Actor, pk: UUID) -> Extract:
    """Raises NotFound."""
    found = visible(Extract.objects.filter(pk=pk), actor, "extracts.view").first()
    if found is None:
        raise NotFound
    return found


def look(
    *, actor: Actor, extract_id: UUID, how: str, now: datetime | None = None
) -> Extract:
    """Open it, on record. Raises Conflict when its time is over or a word was changed."""
    it, at = extract_of(actor, extract_id), now or clock_now()
    if how not in HOWS:
        raise NotFound
    require(actor, "extracts.look", it)
    if today(at) > it.valid_until:
        raise Conflict("这份清单的有效期过了。还需要的话，请说明事由重新提取。")
    if it.code != code_of(it.content):
        raise Conflict("这份清单的内容和提取时不一样，不能使用。请告诉系统管理员。")
    note_event(
        actor,
        "extracts.look",
        it,
        Write(data={"purpose": it.purpose, "how": how}),
        now=at,
    )
    return it


def extracts_of(actor: Actor) -> QuerySet[Extract]:
    """What was taken out by or for this desk, the newest first."""
    found = visible(Extract.objects.all(), actor, "extracts.view")
    return found.defer("content").order_by("-made_at", "pk")
