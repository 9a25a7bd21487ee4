"""The verbs of volunteer posts (L06, L28): set up, claim, resign, review, and the turns
served, which become records when the community has confirmed them. All keyword-only."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from baodao.activities import rules
from baodao.activities.models import Holding, Post, Turn
from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import Numbered, act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.duties import services as duties
from baodao.people.models import Member
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.records.models import Record
from baodao.records.rules import counted_minutes
from baodao.records.taken import minutes_taken, overlapping

_READS = ("place_id", "unit_id", "member_id", "start_at", "end_at", "path")


def add_post(
    *, actor: Actor, place: Place, now: datetime | None = None, client_id: str = "",
    **columns: Any,
) -> Done:  # fmt: skip
    """A post of the community."""
    if place.level != COMMUNITY:
        raise Invalid(fields={"place": "岗位设在社区（村）。"})
    _check(columns)
    series = f"post:{place.path.rstrip('/')}"
    row = Post(place=place, path=place.path, **columns)
    return create(
        actor, "posts.add", row, now=now, client_id=client_id,
        numbered=Numbered("no", series, "", 4),
    )  # fmt: skip


def edit_post(
    *, actor: Actor, post_id: UUID, now: datetime | None = None, **columns: Any
) -> Done:
    """Change it; the quota cannot go below those who hold it."""
    _check(columns)
    held = Holding.objects.filter(post=post_id, state="held").count()
    if columns["quota"] < held:
        raise Invalid(fields={"quota": f"已有{held}人在岗，人数不能少于{held}。"})
    return act(actor, "posts.edit", post_id, lambda _: Write(set=columns), now=now)


def _check(columns: dict[str, Any]) -> None:
    wrong: dict[str, str] = {}
    if columns["mode"] == "pledge" and columns.get("due_on") is None:
        wrong["due_on"] = "承诺要写明到哪天做成。"
    if columns.get("risky") and not columns.get("insured"):
        wrong["insured"] = "有一定风险的岗位要先买保险。请买好后勾上，再招人。"
    for name in ("title", "about", "spot"):
        if found := private_numbers(str(columns.get(name, ""))):
            wrong[name] = f"这里有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)


def close_post(*, actor: Actor, post_id: UUID, now: datetime | None = None) -> Done:
    """The post is given up: whoever holds it is free."""
    at = now or clock_now()
    with transaction.atomic():
        done = act(actor, "posts.close", post_id, now=at)
        for pk in Holding.objects.filter(post=post_id, state="held").values_list(
            "pk", flat=True
        ):
            _end(actor, pk, "closed", at)
    return done


def claim(
    *, actor: Actor, post_id: UUID, member_id: UUID, promise: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """A member takes a post, up to its quota. A pledge and an item in charge say what
    will be done."""
    at = now or clock_now()
    try:
        with transaction.atomic():
            post = Post.objects.select_for_update().filter(pk=post_id).first()
            if post is None:
                raise NotFound
            _claimable(post, promise)
            member = (
                Member.objects.filter(pk=member_id).exclude(duty_status="left").first()
            )
            if member is None:
                raise NotFound
            row = Holding(
                post=post, member=member, path=post.path, unit_id=member.unit_id,
                promise=promise.strip(), valid_from=today(at),
                valid_to=_until(post, today(at)),
            )  # fmt: skip
            return create(actor, "holdings.claim", row, now=at)
    except IntegrityError as error:
        if "holding_once" in str(error):
            raise Conflict("您已经在这个岗位上了。", code="held") from error
        raise


def _claimable(post: Post, promise: str) -> None:
    held = post.holdings.filter(state="held").count()
    if post.state != "open":
        raise Conflict("这个岗位已经撤销了。请看看别的岗位。")
    if held >= post.quota:
        raise Conflict("这个岗位已经满了。请看看别的岗位，或等有人辞岗。", code="full")
    if post.mode in ("lead", "pledge") and not promise.strip():
        raise Invalid(fields={"promise": "请写一句您打算怎么做、做成什么样。"})
    if found := private_numbers(promise):
        raise Invalid(fields={"promise": f"这里有{'、'.join(found)}，请去掉。"})


def _until(post: Post, day: date) -> date:
    if post.mode == "pledge" and post.due_on:
        return max(post.due_on, day)
    return day + timedelta(days=30 * post.term_months)


def end(
    *, actor: Actor, holding_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Resign, or the term is over, or it is done. The vacancy shows at once."""
    if reason not in rules.END_REASONS or reason == "closed":
        raise Invalid(fields={"reason": "请选一个原因。"})
    if actor.role == "member" and reason not in ("resigned", "done", "moved"):
        raise Invalid(fields={"reason": "请选一个原因。"})
    with transaction.atomic():
        return _end(actor, holding_id, reason, now or clock_now())


def _end(actor: Actor, holding_id: UUID, reason: str, at: datetime) -> Done:
    """Nobody is reminded of its review any more. Call inside `atomic`."""
    write = Write(set={"end_reason": reason, "valid_to": today(at)}, reason=reason)
    done = act(actor, "holdings.end", holding_id, lambda _: write, now=at)
    duties.cancel_all(
        actor=actor, source_ids=[holding_id], since=today(at), reason=reason, now=at
    )
    return done


def review(
    *, actor: Actor, holding_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """The half-yearly word of the community on somebody's post."""
    if not text.strip():
        raise Invalid(fields={"text": "请写一句评议，本人看得到。"})
    at = now or clock_now()
    write = Write(set={"reviewed_on": today(at), "review": text.strip()})
    with transaction.atomic():
        done = act(actor, "holdings.review", holding_id, lambda _: write, now=at)
        duties.fulfil_all(
            actor=actor, source_ids=[holding_id], on=today(at), kinds=("post_review",),
            by_kind="activities.holding", by_id=holding_id, settled=True, now=at,
        )  # fmt: skip
    return done


def tell_turn(
    *, actor: Actor, holding_id: UUID, start_at: datetime, end_at: datetime,
    note: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """One turn served on a post, by the holder or the worker who saw it."""
    at = now or clock_now()
    h = Holding.objects.select_related("post").filter(pk=holding_id).first()
    if h is None:
        raise NotFound
    _check_turn(h, start_at, end_at, note, at)
    row = Turn(
        holding=h, member_id=h.member_id, path=h.path, place_id=h.post.place_id,
        unit_id=h.unit_id, start_at=start_at, end_at=end_at, note=note.strip(),
        told_by=actor.account_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return create(actor, "turns.tell", row, now=at, client_id=client_id)
    except IntegrityError as error:
        if "turn_no_overlap" in str(error):
            raise Invalid(
                fields={"start_at": "这段时间已经记过了。请核对时间。"}
            ) from error
        raise


def _check_turn(
    h: Holding, start: datetime, end_at: datetime, note: str, at: datetime
) -> None:
    wrong: dict[str, str] = {}
    if end_at <= start:
        wrong["end_at"] = "结束要晚于开始。"
    elif end_at > at + timedelta(minutes=1):
        wrong["end_at"] = "结束时间还没到。请填实际做完的时间。"
    elif end_at - start > timedelta(days=1):
        wrong["end_at"] = "一次岗位服务不会超过一整天。请核对日期。"
    elif not h.valid_from <= today(start) <= h.valid_to:
        wrong["start_at"] = "这一天不在您的任期里。请核对日期。"
    elif overlapping([h.member_id], start, end_at):
        wrong["start_at"] = "同一时间在别处有服务记录。请核对时间。"
    if found := private_numbers(note):
        wrong["note"] = f"这里有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)


def confirm_turn(
    *, actor: Actor, turn_id: UUID, reason: str = "", now: datetime | None = None
) -> Done:
    """The community says that it was so: one record (A16). What is long ago needs a
    reason and the secretary, like a list (domain 8.23). Errors: reason."""
    at = now or clock_now()
    turn = Turn.objects.select_related("holding__post").filter(pk=turn_id).first()
    if turn is None:
        raise NotFound
    require(actor, "turns.confirm", turn)
    late = _late(turn, actor, reason, at)
    if overlapping([turn.member_id], turn.start_at, turn.end_at):
        raise Conflict("同一时间已有别的服务记录。请不认可这一次，让本人照实再记。")
    taken = minutes_taken([turn.member_id], turn.start_at, turn.end_at)
    place = ground(turn.path)
    minutes = counted_minutes(
        turn.start_at, turn.end_at, 0, place.settings, taken.get(turn.member_id, {})
    )
    # On record in the channel in which the member has to do with the place.
    home = Member.objects.filter(pk=turn.member_id).values_list(
        "residence_path", flat=True
    )
    channel = "residence" if (home.first() or "").startswith(turn.path) else "unit"

    def decide(row: Any) -> Write:
        record = Record(
            kind="post", channel=channel, path=row["path"], place_id=row["place_id"],
            member_id=row["member_id"], unit_id=row["unit_id"],
            occurred_on=today(row["start_at"]), start_at=row["start_at"],
            end_at=row["end_at"], minutes=minutes,
            work_time=place.calendar.is_work_time(row["start_at"]),
            source_kind="activities.turn", source_id=row["id"],
            source_class=turn.holding.post.mode, confirmed_at=at, confirmed_how="seen",
            confirmed_by=actor.person_id,
        )  # fmt: skip
        return Write(
            data={"minutes": minutes, "late": late}, reason=late,
            notes=[("unit", reason.strip())] if late else [], adds=[record],
        )  # fmt: skip

    return act(actor, "turns.confirm", turn_id, decide, reads=_READS, now=at)


def _late(turn: Turn, actor: Actor, reason: str, at: datetime) -> str:
    late = rules.lateness(turn.end_at, at)
    if rules.secretary_only(late, actor.role):
        raise Conflict(f"过了{rules.USUAL_DAYS}天以上，要由社区书记来确认。")
    if late and not reason.strip():
        raise Invalid(fields={"reason": "隔得久了，请写为什么现在才确认。"})
    if late and (found := private_numbers(reason)):
        raise Invalid(fields={"reason": f"里面有{'、'.join(found)}，请去掉。"})
    return late


def refuse_turn(*, actor: Actor, turn_id: UUID, now: datetime | None = None) -> Done:
    """It was not so; the holder may tell it again as it was."""
    return act(actor, "turns.refuse", turn_id, now=now)
