"""Needs and resources become projects of the list (L26), and quarters are frozen."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import create
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.exchange.lists import plans, rules, services
from baodao.exchange.lists.printed import rows_of
from baodao.exchange.models import ListEdition, ListProject, Need, Resource
from baodao.exchange.steps import Plan, clean, number, single, take, tell
from baodao.places.models import Place


def match(
    *, actor: Actor, needs: Sequence[UUID], resources: Sequence[UUID], title: str,
    due_on: date, effect: str = "", reason: str = "", now: datetime | None = None,
    client_id: str = "",
) -> ListProject:  # fmt: skip
    """Bring needs and resources of one community together. The needs are matched in
    the same transaction; of two workers who match the same need one is refused."""
    at = now or clock_now()
    wanted = list(Need.objects.filter(id__in=needs).select_related("place"))
    given = list(Resource.objects.filter(id__in=resources))
    plans.check_match(
        needs=wanted, resources=given, title=title, due_on=due_on, day=local(at).date()
    )
    clean(effect=effect, reason=reason)
    _fitting(wanted, given)
    first = wanted[0]
    units = [r.unit_id for r in given] + [n.unit_id for n in wanted if n.unit_id]
    project = ListProject(
        number=number("listproject", first.path), title=title.strip(),
        joint_type=given[0].joint_type, place=first.place, path=first.path,
        unit_ids=list(dict.fromkeys(units)), needs=[n.id for n in wanted],
        resources=[r.id for r in given], reason=reason.strip(), effect=effect.strip(),
        due_on=due_on, clock_from=at,
    )  # fmt: skip
    with single():
        done = create(
            actor, "listprojects.match", project,
            Write(data={"needs": len(wanted), "resources": len(given)}, job=tell()),
            now=at, client_id=client_id,
        )  # fmt: skip
        if not done.repeated:
            services.move_needs(project.needs, "match", at)
    return ListProject.objects.get(id=done.id) if done.repeated else project


def _fitting(needs: Sequence[Need], resources: Sequence[Resource]) -> None:
    if len({n.path for n in needs}) > 1:
        raise Invalid(fields={"needs": "请选同一个社区的需求。"})
    if any(n.state != "published" for n in needs):
        raise Conflict("有的需求刚刚对接或撤回了。请看一下最新的清单。")
    township = "/".join(needs[0].path.split("/")[:4]) + "/"
    if any(not r.path.startswith(township) for r in resources):
        raise Invalid(fields={"resources": "只能用本乡镇（街道）的资源。"})
    if any(r.state != "available" for r in resources):
        raise Conflict("有的资源不再提供了。请看一下最新的清单。")


def _do(
    actor: Actor, event: str, pk: UUID, plan: Plan, now: datetime | None,
    client_id: str, then: str = "",
) -> Done:  # fmt: skip
    """One step, and what it does to the needs."""
    at = now or clock_now()
    with single():
        done = take(
            actor, f"listprojects.{event}", pk, plan, reads=plans.PROJECT_READS, now=at,
            client_id=client_id,
        )  # fmt: skip
        if then and not done.repeated:
            needs = ListProject.objects.values_list("needs", flat=True).get(id=pk)
            services.move_needs(needs, then, at)
    return done


def start(
    *, actor: Actor, pk: UUID, now: datetime | None = None, client_id: str = ""
) -> Done:
    return _do(actor, "start", pk, plans.start, now, client_id, "start")


def finish(
    *, actor: Actor, pk: UUID, result: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    return _do(
        actor, "finish", pk, lambda r, c: plans.finish(r, c, result=result), now,
        client_id, "meet",
    )  # fmt: skip


def accept(
    *, actor: Actor, pk: UUID, note: str = "", now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Accepted by the community: the record of each unit, the needs are met."""
    return _do(
        actor, "accept", pk,
        lambda r, c: plans.accept(r, c, by=actor.person_id, note=note), now,
        client_id, "close",
    )  # fmt: skip


def send_back(
    *, actor: Actor, pk: UUID, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    return _do(
        actor, "send_back", pk, lambda r, c: plans.send_back(r, c, note=note), now,
        client_id, "redo",
    )  # fmt: skip


def cancel(
    *, actor: Actor, pk: UUID, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Not together after all: the needs are on the list again."""
    return _do(
        actor, "cancel", pk, lambda r, c: plans.cancel(r, c, note=note), now, client_id,
        "unmatch",
    )  # fmt: skip


def freeze(
    *, actor: Actor, place_id: UUID, quarter: str = "", now: datetime | None = None,
    client_id: str = "",
) -> ListEdition:  # fmt: skip
    """Keep the three lists of this quarter (or the one before) as they stand. A frozen
    edition is never written again."""
    at = now or clock_now()
    day = local(at).date()
    place = Place.objects.filter(id=place_id).first()
    if place is None:
        raise NotFound
    quarter = quarter or rules.quarter_of(day)
    if quarter > rules.quarter_of(day):
        raise Invalid(fields={"quarter": "这个季度还没有开始。"})
    edition = ListEdition(
        place=place, path=place.path, quarter=quarter, frozen_at=at,
        frozen_by=actor.name,
    )  # fmt: skip
    require(actor, "editions.freeze", edition)
    edition.rows = rows_of(place.path, day)
    counts: dict[str, Any] = {k: len(v) for k, v in edition.rows.items()}
    twice = (
        f"{rules.quarter_words(quarter)}的清单已经定稿，不能再改。下一季度再出新的。"
    )
    with single(list_edition_once=twice):
        done = create(
            actor, "editions.freeze", edition, Write(data={"quarter": quarter, **counts}),
            now=at, client_id=client_id,
        )  # fmt: skip
    return ListEdition.objects.get(id=done.id) if done.repeated else edition
