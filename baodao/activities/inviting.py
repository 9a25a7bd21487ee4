"""Members are asked to come, or to take a post (domain 6.8)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from baodao.activities import fitting, plans
from baodao.activities.models import Activity, Post
from baodao.acts.actor import Actor
from baodao.acts.engine import note_event
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid


def invite(
    *, actor: Actor, it: Activity | Post, member_ids: Sequence[UUID],
    now: datetime | None = None,
) -> int:  # fmt: skip
    """Ask members by a message to come, or to take a post; returns how many. It is no
    duty, and nobody is asked twice for the same."""
    at = now or clock_now()
    if isinstance(it, Activity) and (it.state != "published" or it.start_at <= at):
        raise Conflict("这场活动已经不能报名，不用再请人。")
    if isinstance(it, Post) and it.state != "open":
        raise Conflict("这个岗位已经撤销了，不用再请人。")
    ids = fitting.may_invite(it, actor, member_ids)
    if not ids:
        raise Invalid(fields={"members": "请至少选一名还没有请过的党员。"})
    action = "activities.invite" if isinstance(it, Activity) else "posts.invite"
    data = {"members": [str(pk) for pk in ids]}
    note_event(actor, action, it, Write(data=data, job=(plans.TELL, {})), now=at)
    return len(ids)
