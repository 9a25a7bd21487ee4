"""Plans from placing to the board: verify, reject, merge, publish, transfer; and
the ends that need no helper."""

from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.orders import rules
from baodao.orders.plans.base import (
    Context,
    Row,
    answer,
    check_reason,
    fresh_clock,
    must_say,
    no_calls,
    no_hands,
    tell,
)
from baodao.ui.words import yuan


def placed(order: Any, ctx: Context) -> dict[str, Any]:
    """The first clock of a new order."""
    overall = rules.overall_due(order.urgency, ctx.now, ctx.settings)
    due = rules.due(
        "submitted", order.urgency, ctx.now, ctx.calendar, ctx.settings, overall
    )
    began = dict.fromkeys(("placed_at", "clock_from", "ticking_since"), ctx.now)
    return {
        "urgency": order.urgency, "overall_due_at": overall, "due_at": due, **began,
    }  # fmt: skip


def verify(
    row: Row, ctx: Context, *, title: str, urgency: str, category: str,
    seen_how: str = "", note: str = "", consent_public: bool | None = None,
    secretary: bool = False,
) -> Write:  # fmt: skip
    """Found to be true. Changing the public wording asks the resident anew, unless
    the worker says how the resident has seen it. `consent_public`: what the resident
    said about the wall, None when they were not asked. Goods above the limit are for
    the community's `secretary` to verify."""
    limit = ctx.settings["orders.goods_limit_fen"]
    if row["goods_fen"] > limit and not secretary:
        raise Forbidden(
            f"实物金额超过{yuan(limit)}的限额，要由社区书记核实。可以先补记一条说明。"
        )
    changed = title.strip() != row["title"]
    seen = seen_how or ("" if changed else row["seen_how"])
    overall = rules.overall_due(urgency, row["placed_at"], ctx.settings)
    changes = fresh_clock(
        row, ctx, "verified", urgency=urgency, overall_due_at=overall,
        title=title.strip(), category_id=category, seen_how=seen, **_consent(consent_public),
    )  # fmt: skip
    return Write(
        set=changes,
        data={"urgency": urgency, "category": category, "title_changed": changed},
        notes=[("requester", note)],
    )


def _consent(said: bool | None) -> dict[str, bool]:
    return {} if said is None else {"consent_public": said}


def edit(
    row: Row, ctx: Context, *, title: str, seen_how: str,
    consent_public: bool | None = None,
) -> Write:  # fmt: skip
    """Change the public wording before anyone has taken the order."""
    if row["state"] not in ("submitted", "verified", "published", "expired"):
        raise Conflict("已经有人接了，对外文字不能再改。")
    return Write(
        set={"title": title.strip(), "seen_how": seen_how, **_consent(consent_public)},
        data={"seen": seen_how},
    )


def reject(row: Row, ctx: Context, *, reason: str, note: str) -> Write:
    """Not taken on; the reason goes to the requester only."""
    check_reason(reason, rules.REJECT_REASONS)
    must_say(note, "请写一句给居民看的说明。")
    return Write(
        set=fresh_clock(row, ctx, "rejected", closed_at=ctx.now),
        reason=reason, notes=[("requester", note)], job=tell(),
    )  # fmt: skip


def merge(row: Row, ctx: Context, *, into: UUID, into_no: str) -> Write:
    """One need said twice: this one follows the other; its requester keeps code and
    link and is told everything (domain 8.14)."""
    if into == row["id"]:
        raise Invalid(fields={"into": "不能合并到自己。"})
    return Write(
        set=fresh_clock(row, ctx, "merged", merged_into_id=into, closed_at=ctx.now),
        data={"into": str(into), "no": into_no}, job=tell(),
    )  # fmt: skip


def publish(row: Row, ctx: Context) -> Write:
    """On the public board, for members and units to claim. The resident has seen
    the wording first (domain 9.4)."""
    if not row["seen_how"]:
        raise Conflict(
            "居民还没看过对外文字，先不能公开。请念给居民听，或等居民在链接里同意。"
        )
    return Write(set=fresh_clock(row, ctx, "published", route="pool"))


def follow(*, into: UUID, into_no: str) -> Write:
    """The order this one was merged into has been merged itself: it follows that
    one's target, so that no requester looks at an order where nothing happens."""
    return Write(set={"merged_into_id": into}, data={"into": str(into), "no": into_no})


def unmerge(row: Row, ctx: Context, *, note: str = "", reason: str = "") -> Write:
    """Not one need after all, or the other one ended without an answer: on its own
    again, from the start."""
    return Write(
        set=fresh_clock(row, ctx, "submitted", merged_into_id=None, closed_at=None),
        reason=reason, notes=[("requester", note)], job=tell(),
    )  # fmt: skip


def transfer(row: Row, ctx: Context, *, to: str, note: str) -> Write:
    """Outside our competence: passed on with its number; the requester is told. Who
    passed it on asks for the outcome (首接负责), so the clock goes on."""
    check_reason(to, rules.TRANSFER_TO)
    must_say(note, "请写一句给居民看的说明。")
    return Write(
        set=fresh_clock(row, ctx, "transferred", transferred_to=to),
        reason=to, notes=[("requester", note)],
    )  # fmt: skip


def transfer_news(row: Row, ctx: Context, *, note: str) -> Write:
    """Asked how far it is: the requester reads it, and the clock to ask again
    starts anew."""
    if row["state"] != "transferred":
        raise Conflict("这一单没有转出去，不用问结果。")
    must_say(note, "请写问到的情况，居民会看到。")
    return Write(set=fresh_clock(row, ctx, "transferred"), notes=[("requester", note)])


def transfer_done(row: Row, ctx: Context, *, note: str) -> Write:
    """Whoever it was passed to says that it is done; now the resident has the word.
    No service of ours is recorded."""
    must_say(note, "请写一句对方办了什么，居民会看到。")
    return Write(
        set=fresh_clock(row, ctx, "done_reported", done_at=ctx.now, **no_calls()),
        notes=[("requester", note)], job=tell() if row["source"] in rules.BY_CALL else None,
    )  # fmt: skip


def hand_over(row: Row, ctx: Context, *, up: bool, note: str) -> Write:
    """The level above takes it on, or gives it back: number, code and state stay,
    the clock starts anew on the other desk."""
    if row["state"] not in ("submitted", "verified", "expired"):
        raise Conflict("已经派出或公开了。要换人办，请先收回。")
    if row["at_township"] == up:
        raise Conflict("这一单已经在那边办了。")
    must_say(note, "请写一句为什么，居民和对方都看得到。")
    return Write(
        set=fresh_clock(row, ctx, row["state"], at_township=up),
        data={"up": up}, notes=[("requester", note)], job=tell(),
    )  # fmt: skip


def answer_cannot(
    row: Row, ctx: Context, *, reason: str, note: str, told: str
) -> Write:
    """It cannot be done: the resident is told why, and may say within the days that
    they do not agree. Counted as closed and not solved."""
    check_reason(reason, rules.CANNOT_REASONS)
    must_say(note, "请写清为什么办不了、还可以怎么办，居民会看到。")
    if told not in rules.TOLD_HOW:
        raise Invalid(fields={"told": "请选怎么告诉居民的。"})
    return Write(
        set=fresh_clock(
            row, ctx, "closed", result="cannot", result_at=ctx.now, closed_at=ctx.now,
            **no_hands(),
        ),
        data={"told": told}, reason=reason, notes=[("requester", note)],
    )  # fmt: skip


def expire(row: Row, ctx: Context) -> Write:
    """Nobody claimed it in time; the community checks by phone first."""
    return Write(set=fresh_clock(row, ctx, "expired"), job=tell())


def republish(row: Row, ctx: Context, *, note: str = "") -> Write:
    """Still wanted: back on the board."""
    return Write(set=fresh_clock(row, ctx, "published"), notes=[("staff", note)])


def approve_text(row: Row, ctx: Context) -> Write:
    """The resident has read the public wording and agrees that it stands on the
    wall."""
    return Write(set={"seen_how": "link", "consent_public": True})


def withdraw(
    row: Row, ctx: Context, *, note: str = "", how: str = "requester"
) -> Write:
    """The resident no longer wants it; whoever had taken it is told (domain 8.13). A
    worker who does it for them says how they were asked and why; the resident reads
    it and may object."""
    if how != "requester":
        if how not in rules.SAID_HOW:
            raise Invalid(fields={"how": "请选居民是怎么说的。"})
        must_say(note, "请写居民为什么不办了，居民会看到。")
    return Write(
        set=fresh_clock(
            row, ctx, "withdrawn", closed_at=ctx.now, withdrawn_how=how
        ),
        data={"how": how}, notes=[("requester", note)], job=tell(),
        adds=answer(row, ctx, "silent"),
    )  # fmt: skip
