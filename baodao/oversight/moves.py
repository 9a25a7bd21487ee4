"""What of oversight follows when places change: directives that run and what is still
to be done of them (domain 8.22)."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.oversight import rules
from baodao.oversight.models import DirectiveItem, PolicyReceipt
from baodao.places.changes.moves import Follow, Line, Look, Moves

_RUNNING = Q(state__in=("draft", "published"))


class Items(Follow):
    """Where both places have the same directive to do, the receiving one's stays; the
    other need not be done any longer."""

    def look(self, moves: Moves) -> Look:
        n = len(list(self._twice(moves)))
        left = [Line("件工作要求两边都有，只留接收的一方的", n)] if n else []
        left += self.by_hand(moves)
        return Look(self.rows(moves).count(), left)

    def move(self, actor: Actor, moves: Moves) -> int:
        ids = list(self._twice(moves))
        write = Write(reason="place_merged", data=moves.data)
        if ids:
            act_many(SYSTEM, "directive_items.release", ids, write, now=moves.at)
        return super().move(actor, moves)

    def _twice(self, moves: Moves) -> Iterator[UUID]:
        mine = list(self.rows(moves).filter(unit=None).order_by("created_at", "pk"))
        if not mine:
            return
        there = DirectiveItem.objects.filter(
            self.live, unit=None, directive__in={i.directive_id for i in mine}
        )
        moving = {i.pk for i in mine}
        held = {(i.directive_id, i.path) for i in there if i.pk not in moving}
        for i in mine:
            target = moves.target(i.path)
            key = (i.directive_id, target.path if target else i.path)
            if key in held:
                yield i.pk
            held.add(key)


DIRECTIVES = Follow(
    "个在办的工作要求", "oversight.Directive", "directives.follow_place", _RUNNING,
    {"path": "place"},
    divided="个工作要求的发文单位在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
ITEMS = Items(
    "件在办的工作要求", "oversight.DirectiveItem", "directive_items.follow_place",
    Q(state__in=rules.UNSETTLED), {"path": "place"},
    divided="件工作要求在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip


class Receipts(Follow):
    """Where both places have a receipt for the same document, the receiving one's stays.
    Nothing is to be decided about that, so nothing is said beforehand."""

    def move(self, actor: Actor, moves: Moves) -> int:
        if ids := self._twice(moves):
            write = Write(reason="place_merged", data=moves.data)
            act_many(SYSTEM, "policy_receipts.release", ids, write, now=moves.at)
        return super().move(actor, moves)

    def _twice(self, moves: Moves) -> list[UUID]:
        mine = list(self.rows(moves).filter(unit=None).order_by("created_at", "pk"))
        there = PolicyReceipt.objects.filter(
            policy__in={r.policy_id for r in mine}, unit=None
        ).exclude(state="released")
        moving, found = {r.pk for r in mine}, []
        held = {(r.policy_id, r.path) for r in there if r.pk not in moving}
        for r in mine:
            target = moves.target(r.path)
            key = (r.policy_id, target.path if target else r.path)
            if key in held:
                found.append(r.pk)
            held.add(key)
        return found


POLICIES = Follow(
    "份现行的文件", "oversight.Policy", "policies.follow_place",
    Q(state__in=("draft", "published")), {"path": "place", "scope_path": "scope"},
    divided="份文件管的地方要分开，先归主要的一方，请核对",
)  # fmt: skip
RECEIPTS = Receipts(
    "份没签收的文件", "oversight.PolicyReceipt", "policy_receipts.follow_place",
    Q(state="waiting"), {"path": "place"},
)  # fmt: skip
LINKS = Follow(
    "条依据", "oversight.ClauseLink", "policy_links.follow_place", Q(state="linked"),
    {"path": ""}, quiet=True,
)  # fmt: skip
ALL = (DIRECTIVES, ITEMS, POLICIES, RECEIPTS, LINKS)
