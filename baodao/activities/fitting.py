"""Who fits an activity or a post, with reasons that can be checked (domain 6.8, A15):
to invite somebody, and to tell who signs up. Nobody is left out for it: whoever does
not fit may come all the same, and the host sees what to give them to do."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.activities import rules, services
from baodao.activities.models import Activity, Holding, Participation, Post
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.clock import local
from baodao.matching.ranking import (
    MemberCandidate,
    Reason,
    Suggestion,
    Wanted,
    rank_members,
)
from baodao.people.choices import SKILLS
from baodao.people.models import Member

MOST = 30  # shown at once
LOOKED_AT = 400


def skill_words(codes: Sequence[str]) -> str:
    return "、".join(SKILLS[c] for c in codes if c in SKILLS)


def _wanted(it: Activity | Post) -> Wanted:
    return Wanted(
        skills={c: SKILLS[c] for c in it.skills if c in SKILLS}, says_missing=True,
        begins=local(it.start_at) if isinstance(it, Activity) else None,
    )  # fmt: skip


def _candidate(m: Member, path: str, busy: bool = False) -> MemberCandidate:
    return MemberCandidate(
        str(m.pk), m.person.name, m.skills, m.availability,
        lives_here=(m.residence_path or "").startswith(path), busy=busy,
    )  # fmt: skip


def reasons_of(it: Activity | Post, member: Member) -> tuple[Reason, ...]:
    """Why somebody fits, or what is to be known."""
    found = rank_members(_wanted(it), [_candidate(member, it.path)])[0].reasons
    return (*found, *conditions(it))


def conditions(it: Activity | Post) -> list[Reason]:
    """What the one who comes looks at themselves: no age is kept here."""
    found = []
    if it.min_age:
        found.append(Reason("plain", f"要满 {it.min_age} 周岁，请自己看一下"))
    if it.risky:
        words = "，已买保险" if it.insured else "，还没有买保险"
        found.append(Reason("plain", f"有一定风险{words}"))
    return found


def words_of(it: Activity | Post, member: Member) -> str:
    """会电工: which of the skills that are wanted somebody has; "" when none is."""
    have = [c for c in it.skills if c in member.skills]
    return f"会{skill_words(have)}" if have else ""


def suggestions(it: Activity | Post, actor: Actor) -> list[Suggestion]:
    """Members whom the actor may invite, best first: of the place in either channel and
    of the hosting unit; a unit sees its own only. Who comes already is left out."""
    found = _eligible(it, actor)
    if it.skills:
        # Those with a skill first, so that none of them is cut off.
        fitting = list(found.filter(skills__overlap=it.skills)[:LOOKED_AT])
        rest = found.exclude(skills__overlap=it.skills)
        members = fitting + list(rest[: LOOKED_AT - len(fitting)])
    else:
        members = list(found[:LOOKED_AT])
    busy = _busy(it, [m.pk for m in members])
    asked = invited(it)
    ranked = rank_members(
        _wanted(it), (_candidate(m, it.path, m.pk in busy) for m in members)
    )
    units = {str(m.pk): str(m.unit or "") for m in members}
    return [
        Suggestion(
            s.id, s.name, s.score, s.load, s.reasons,
            " · ".join(filter(None, (units[s.id], "已经请过" if s.id in asked else ""))),
        )
        for s in ranked[:MOST]
    ]  # fmt: skip


def _eligible(it: Activity | Post, actor: Actor) -> QuerySet[Member]:
    found = Member.objects.filter(duty_status="on_duty")
    if isinstance(it, Activity):
        there = it.parts.exclude(state="withdrawn").values("member")
        found = found.filter(services.eligible(it)).exclude(pk__in=there)
    else:
        here = Q(residence_path__startswith=it.path)
        here |= Q(point_path__startswith=it.path)
        held = Holding.objects.filter(post=it, state="held").values("member")
        found = found.filter(here).exclude(pk__in=held)
    if actor.unit_id:
        found = found.filter(unit=actor.unit_id)
    found = found.select_related("person", "unit").defer("person__phone")
    return found.order_by("person__pinyin", "pk")


def _busy(it: Activity | Post, ids: Iterable[UUID]) -> set[UUID]:
    if not isinstance(it, Activity):
        return set()
    found = Participation.objects.filter(
        member__in=list(ids), state__in=(*rules.COMING, "attended"),
        activity__state__in=rules.STANDING, activity__start_at__lt=it.end_at,
        activity__end_at__gt=it.start_at,
    )  # fmt: skip
    return set(found.values_list("member", flat=True))


def invited(it: Activity | Post) -> set[str]:
    """The members who were invited already."""
    prefix = "activities" if isinstance(it, Activity) else "posts"
    events = Event.objects.filter(object_id=it.pk, action=f"{prefix}.invite")
    return {m for e in events.only("data") for m in e.data.get("members", ())}


def may_invite(it: Activity | Post, actor: Actor, ids: Sequence[UUID]) -> list[UUID]:
    """Those of `ids` whom the actor may invite and who were not asked before."""
    asked = invited(it)
    found = _eligible(it, actor).filter(pk__in=ids).values_list("pk", flat=True)
    return [pk for pk in found if str(pk) not in asked]
