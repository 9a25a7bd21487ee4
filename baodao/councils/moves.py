"""What of councils follows when places change: what is still to come or under way.
Meetings that were held, terms that are over and confirmed visits stay as recorded
(domain 8.22)."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.many import act_many
from baodao.acts.writing import Write
from baodao.councils import rules
from baodao.councils.models import PartTimeMember
from baodao.councils.rules_deliberation import LIVE
from baodao.places.changes.moves import Dated, Follow, Line, Look, Moves

_MEETING = Q(meeting__state__in=(*rules.AHEAD, "held"))
_CURRENT = Q(valid_to=None) | Q(valid_to__gt=Now())


class PartTime(Follow):
    """Who sits in both committees sits in the receiving one; the other term ends, and
    what was only recommended there is not gone on with."""

    def look(self, moves: Moves) -> Look:
        mine = list(self.rows(moves).order_by("created_at", "pk"))
        n = len(list(self._twice(mine, moves)))
        at = sum(p.path in moves.partly for p in mine)
        words = "名兼职委员两边都有，只留接收的一方的"
        left = [Line(w, k) for w, k in ((words, n), (self.divided, at)) if k]
        return Look(len(mine), left)

    def move(self, actor: Actor, moves: Moves) -> int:
        mine = list(self.rows(moves).order_by("created_at", "pk"))
        twice = list(self._twice(mine, moves))
        for event, held in (("end", True), ("drop", False)):
            ids = [pk for pk, state in twice if (state == "appointed") == held]
            write = Write(
                set={"end_reason": "place_merged", **({"valid_to": moves.on} if held else {})},
                reason="place_merged", data=moves.data,
            )  # fmt: skip
            if ids:
                act_many(SYSTEM, f"part_time.{event}", ids, write, now=moves.at)
        return super().move(actor, moves)

    def _twice(
        self, mine: list[PartTimeMember], moves: Moves
    ) -> Iterator[tuple[UUID, str]]:
        """(id, state) of those whose committee will have the same person already."""
        if not mine:
            return
        there = PartTimeMember.objects.filter(self.live)
        there = there.filter(person__in={p.person_id for p in mine})
        moving = {p.pk for p in mine}
        held = {(p.person_id, p.path) for p in there if p.pk not in moving}
        for p in mine:
            target = moves.target(p.path)
            key = (p.person_id, target.path if target else p.path)
            if key in held:
                yield p.pk, p.state
            held.add(key)


MEETINGS = Follow(
    "次还没有定纪要的联席会议", "councils.JointMeeting", "meetings.follow_place",
    Q(state__in=(*rules.AHEAD, "held")), {"path": "place"},
    divided="次联席会议在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
SEATS = Follow(
    "个会议席位", "councils.MeetingSeat", "meeting_seats.follow_place", _MEETING,
    {"path": ""}, quiet=True,
)  # fmt: skip
TOPICS = Follow(
    "个议题", "councils.MeetingTopic", "meeting_topics.follow_place", _MEETING,
    {"path": ""}, quiet=True,
)  # fmt: skip
RESOLUTIONS = Follow(
    "件在办的议定事项", "councils.Resolution", "resolutions.follow_place",
    Q(state__in=("draft", *rules.RUNNING)), {"path": ""}, quiet=True,
)  # fmt: skip
TALKS = Follow(
    "个没有了结的议事", "councils.Deliberation", "deliberations.follow_place",
    Q(state__in=LIVE), {"path": "place"},
    divided="个议事在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
TALK_SEATS = Follow(
    "个议事邀请", "councils.DeliberationSeat", "deliberation_seats.follow_place",
    Q(deliberation__state__in=LIVE), {"path": ""}, quiet=True,
)  # fmt: skip
OPINIONS = Follow(
    "条意见", "councils.Opinion", "opinions.follow_place",
    Q(deliberation__state__in=LIVE), {"path": ""}, quiet=True,
)  # fmt: skip
PART_TIME = PartTime(
    "名兼职委员", "councils.PartTimeMember", "part_time.follow_place",
    ~Q(state__in=("ended", "declined")), {"path": "place"},
    divided="名兼职委员在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
FEDERATIONS = Follow(
    "个党建联合体", "councils.Federation", "federations.follow_place",
    Q(dissolved=False) & _CURRENT, {"path": "place"}, quiet=True,
)  # fmt: skip
FEDERATED = Follow(
    "个联合体成员", "councils.FederationMember", "federated.follow_place",
    _CURRENT, {"path": ""}, quiet=True,
)  # fmt: skip
NOTES = Follow(
    "条待确认的组织生活记录", "councils.EstateNote", "estate_notes.follow_place",
    ~Q(state="confirmed"), {"path": "place"}, quiet=True,
)  # fmt: skip
LEADERS = Dated(
    "个领导联系点", "位领导和两边都有联系，只留接收的一方的",
    "councils.LeaderContact", "leader_contacts.follow_place", Q(), "point",
    ("post", "name"), ("origin", "rank", "post", "name", "valid_to"),
    divided="位领导联系的是要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
VISITS = Follow(
    "次待确认的领导走访", "councils.LeaderVisit", "leader_visits.follow_place",
    Q(state="noted"), {"path": ""}, quiet=True,
)  # fmt: skip
ALL = (
    MEETINGS, SEATS, TOPICS, RESOLUTIONS, TALKS, TALK_SEATS, OPINIONS, PART_TIME, FEDERATIONS, FEDERATED, NOTES,
    LEADERS, VISITS,
)  # fmt: skip
