"""Rule sets: drafted as a copy of what holds, changed line by line, shown for comment,
published for the time from then on (domain 6.11, 8.39). Errors: NotFound, Forbidden,
Conflict for the wrong moment, Invalid with the field."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.places.models import Place
from baodao.places.settings import values
from baodao.records.models import Record
from baodao.scoring import rules
from baodao.scoring.models import Rule, RuleComment, RuleSet, rule_rows
from baodao.scoring.rules_counting import year_of
from baodao.scoring.standing import set_at

YEAR_FROM = "scoring.year_from_month"
FRAME = ("base", "adds_most", "excellent", "good", "fair")
_COPIED = (
    "position", "code", "subject", "sign", "title", "text", "tenths", "measure",
    "selects", "per", "threshold", "at_least", "min_minutes", "channel", "own", "period",
    "first_free", "cap", "cap_group", "ceiling", "off",
)  # fmt: skip


def set_of(pk: UUID) -> RuleSet:
    """Raises NotFound."""
    found = RuleSet.objects.select_related("place").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def draft(
    *, actor: Actor, year: int, now: datetime | None = None, client_id: str = ""
) -> Done:
    """A copy of the rules that hold at the actor's place now, for `year` on."""
    place = Place.objects.filter(path=actor.path or None, valid_to=None).first()
    if place is None:
        raise NotFound
    if RuleSet.objects.filter(path=place.path, state__in=("draft", "comment")).exists():
        raise Conflict("已经有一份没公布的规则。请先公布它，或说明不用了。")
    source = set_of(UUID(set_at(place.path, today(now)).id))
    made = RuleSet(
        place=place, path=place.path, year=year, number=_next(place.path, year),
        title=f"{place.name}{year}年双报到积分规则",
        **{k: getattr(source, k) for k in FRAME},
    )  # fmt: skip
    copies = [
        Rule(rule_set=made, path=place.path, **{k: getattr(r, k) for k in _COPIED})
        for r in source.rules.all()
    ]
    write = Write(data={"from": str(source.pk)}, adds=copies)
    return create(actor, "rule_sets.draft", made, write, now=now, client_id=client_id)


def edit(
    *, actor: Actor, set_id: UUID, title: str, reason: str, frame: Mapping[str, int],
    year: int | None = None, now: datetime | None = None,
) -> Done:  # fmt: skip
    """Title, why it changes, base, limit of adds and grade lines (tenths); `year`: from
    which evaluation year on, where that changes too."""
    wrong = rules.wrong_frame(frame)
    if not title.strip():
        wrong["title"] = "请写名称。"
    if wrong:
        raise Invalid(fields=wrong)
    changed: dict[str, Any] = {
        "title": title.strip(), "reason": reason.strip(), **frame,
    }  # fmt: skip
    it = set_of(set_id)
    if year and year != it.year:
        changed |= {"year": year, "number": _next(it.path, year)}
    return act(actor, "rule_sets.edit", set_id, lambda row: Write(set=changed), now=now)


def _next(path: str, year: int) -> int:
    """The number of the next edition of a place and a year."""
    return RuleSet.objects.filter(path=path, year=year).count() + 1


def edit_rule(
    *,
    actor: Actor,
    rule_id: UUID,
    values: Mapping[str, Any],
    now: datetime | None = None,
) -> Done:
    """One line of a draft. Raises Invalid with the field that makes it impossible."""
    rule = Rule.objects.select_related("rule_set").filter(pk=rule_id).first()
    if rule is None:
        raise NotFound
    require(actor, "rules.edit", rule)
    _draft(rule.rule_set)
    before = {k: getattr(rule, k) for k in values}
    for name, value in values.items():
        setattr(rule, name, value)
    _check(rule)
    changed = {k: v for k, v in values.items() if before[k] != v}
    return act(
        actor, "rules.edit", rule_id,
        lambda row: Write(set=changed, data={"code": rule.code, "fields": sorted(changed)}),
        now=now,
    )  # fmt: skip


def add_rule(
    *, actor: Actor, set_id: UUID, values: Mapping[str, Any],
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A new line at the end of a draft."""
    it = set_of(set_id)
    _draft(it)
    last = it.rules.order_by("-position").values_list("position", flat=True).first()
    rule = Rule(rule_set=it, path=it.path, position=(last or 0) + 1, **values)
    require(actor, "rules.add", rule)
    if it.rules.filter(subject=rule.subject, code=rule.code).exists():
        raise Invalid(fields={"code": "这个编号已经有了，请换一个。"})
    _check(rule)
    return create(actor, "rules.add", rule, now=now, client_id=client_id)


def _draft(it: RuleSet) -> None:
    if it.state != "draft":
        raise Conflict("规则已经公开，不能直接改。征求意见时可以先收回再改。")


def _check(rule: Rule) -> None:
    wrong = rules.wrong_rules([rule.plain], Record.KINDS)
    if wrong:
        raise Invalid("；".join(wrong.values()))


def check_set(it: RuleSet) -> dict[str, str]:
    """Code → why the set may not be shown or published; empty when it may."""
    return rules.wrong_rules(rule_rows(it), Record.KINDS)


def _all_right(it: RuleSet) -> None:
    if wrong := check_set(it):
        raise Conflict("还有规则不对：" + "；".join(wrong.values()))


def comment_days(path: str) -> int:
    """For how many days rules of a place are open for comment."""
    return int(values(path, [rules.COMMENT_DAYS])[rules.COMMENT_DAYS])


def open_comment(*, actor: Actor, set_id: UUID, now: datetime | None = None) -> Done:
    """Everybody whom it concerns may read it and say something for some days."""
    it = set_of(set_id)
    require(actor, "rule_sets.open_comment", it)
    _all_right(it)
    if not it.reason.strip():
        raise Conflict("请先写这一版改了什么、为什么，大家才好提意见。")
    until = today(now) + timedelta(days=comment_days(it.path))
    return act(
        actor, "rule_sets.open_comment", set_id,
        lambda row: Write(set={"comment_until": until}), now=now,
    )  # fmt: skip


def rework(*, actor: Actor, set_id: UUID, now: datetime | None = None) -> Done:
    """Back to the desk; it will be shown for comment anew."""
    return act(
        actor, "rule_sets.rework", set_id,
        lambda row: Write(set={"comment_until": None}), now=now,
    )  # fmt: skip


def drop(*, actor: Actor, set_id: UUID, now: datetime | None = None) -> Done:
    return act(actor, "rule_sets.drop", set_id, now=now)


def comment(
    *, actor: Actor, set_id: UUID, text: str, code: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """What somebody thinks of it, while it is open for comment."""
    it = set_of(set_id)
    if it.state != "comment":
        raise Conflict("现在不在征求意见。")
    if not text.strip():
        raise Invalid(fields={"text": "请写您的意见。"})
    if found := private_numbers(text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})
    said = RuleComment(
        rule_set=it, path=it.path, code=code, text=text.strip(), name=actor.name,
        role=actor.role,
    )  # fmt: skip
    return create(actor, "rule_comments.add", said, now=now, client_id=client_id)


def _other_year(it: RuleSet, day: date) -> str:
    """The rules of a year begin in it."""
    year = year_of(day, values(it.path, [YEAR_FROM])[YEAR_FROM])
    if year == it.year:
        return ""
    return f"这是{it.year}年度的规则，这一天在{year}年度里。请换一天，或收回来改年度。"


def publish(
    *, actor: Actor, set_id: UUID, effective_from: date, now: datetime | None = None
) -> Done:
    """Holds from `effective_from` on; the set before it ends there. What was posted
    keeps its version. Errors: effective_from."""
    it = set_of(set_id)
    require(actor, "rule_sets.publish", it)
    rules.SET_FLOW.step(it.state, "publish")
    _all_right(it)
    day = today(now)
    if it.comment_until and day <= it.comment_until:
        left = f"{it.comment_until.month}月{it.comment_until.day}日"
        raise Conflict(f"意见收到{left}，第二天起可以公布。")
    before = RuleSet.objects.filter(
        path=it.path, state="published", effective_to=None
    ).first()
    wrong = rules.wrong_day(effective_from, day)
    if before and before.effective_from and effective_from <= before.effective_from:
        wrong = "要晚于现在这一版的执行日期。"
    wrong = wrong or _other_year(it, effective_from)
    if wrong:
        raise Invalid(fields={"effective_from": wrong})
    with transaction.atomic():
        if before:
            act(
                actor, "rule_sets.supersede", before.pk,
                lambda row: Write(set={"effective_to": effective_from}), now=now,
            )  # fmt: skip
        return act(
            actor, "rule_sets.publish", set_id,
            lambda row: Write(
                set={
                    "effective_from": effective_from, "published_by": actor.name,
                    "published_at": now or clock_now(),
                }
            ),
            now=now,
        )  # fmt: skip
