"""The lists of councils as files (T6, T11)."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.councils import queries, queries_people, rules
from baodao.councils import queries_deliberation as talks
from baodao.councils import rules_deliberation as talk_rules
from baodao.councils.views import deliberations as talk_views
from baodao.councils.views import estates as estate_views
from baodao.councils.views import invitations as own_views
from baodao.councils.views import meetings as meeting_views
from baodao.councils.views import people as people_views
from baodao.councils.views import resolutions as resolution_views
from baodao.councils.views import unit as unit_views
from baodao.councils.views.frame import filters_told, wanted_of
from baodao.people.views.asking import require_role, word
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def _told(request: HttpRequest, *chips: object, first: str = "") -> str:
    words = conditions(request, *filters_told(request), *chips)  # type: ignore[arg-type]
    return "；".join(filter(None, (first, words)))


def meetings(request: HttpRequest) -> Listing:
    """One tab of the list of meetings."""
    actor = require_role(request, "meetings.view")
    tab = meeting_views.tab_of(request)
    found = queries.in_tab(queries.meetings(actor, wanted_of(request)), tab)

    def rows() -> Iterator[list[Value]]:
        for m in found.iterator(BATCH):
            yield [
                m.title, m.place.code, queries.community_of(m), m.held_at, m.room,
                rules.MEETING_STATES[m.state].title, m.invited, m.came, m.resolved,
                m.host,
            ]  # fmt: skip

    heads = (
        "会议", "代码", "社区", "时间", "地点", "状态", "应到", "到会", "议定事项", "主持",
    )  # fmt: skip
    told = _told(request, first=queries.MEETING_TABS[tab][0])
    return Listing("联席会议", heads, rows(), found.count(), told)


def seats(request: HttpRequest) -> Listing:
    """A unit's invitations."""
    actor = unit_views.unit_actor(request)
    tab = "past" if request.GET.get("tab") == "past" else "ahead"
    found = queries.seats(actor, tab)

    def rows() -> Iterator[list[Value]]:
        for s in found.iterator(BATCH):
            m = s.meeting
            yield [
                m.title, m.place.name, m.held_at, m.room,
                rules.MEETING_STATES[m.state].title, rules.REPLIES.get(s.reply, ""),
                rules.ATTENDANCE.get(s.attendance, ""), s.attendee,
            ]  # fmt: skip

    heads = ("会议", "社区", "时间", "地点", "状态", "回复", "到会", "参加人")
    return Listing(
        "本单位的联席会议", heads, rows(), found.count(), unit_views.TABS[tab]
    )


def deliberations(request: HttpRequest) -> Listing:
    """One tab of the list of deliberations; what residents said is not in it."""
    actor = require_role(request, "deliberations.view")
    tab = talk_views.tab_of(request)
    kind = word(request, "kind", talk_rules.KINDS)
    found = talks.in_tab(talks.deliberations(actor, wanted_of(request), kind), tab)

    def rows() -> Iterator[list[Value]]:
        for d in found.iterator(BATCH):
            yield [
                d.title, d.get_kind_display(), d.place.code, queries.community_of(d),
                d.get_source_display(), d.created_at, d.held_at, d.room, d.invited,
                d.came, d.residents, d.said, talk_rules.STATES[d.state].title,
                d.get_outcome_display(), d.result, d.answer,
            ]  # fmt: skip

    heads = (
        "议题", "类别", "代码", "地方", "谁提出", "提出时间", "议事时间", "地点", "请的人",
        "到会", "到会居民", "意见", "状态", "结果", "结果说明", "没有列入的原因",
    )  # fmt: skip
    told = _told(
        request, ("kind", "类别", talk_rules.KINDS.items()), first=talks.TABS[tab][0]
    )
    return Listing("协商议事", heads, rows(), found.count(), told)


def deliberation_seats(request: HttpRequest) -> Listing:
    """A member's or a unit's invitations."""
    actor = own_views.own_actor(request)
    tab = own_views.tab_of(request, actor)
    tab = "ahead" if tab == "own" else tab
    found = talks.invitations(actor, tab)

    def rows() -> Iterator[list[Value]]:
        for s in found.iterator(BATCH):
            d = s.deliberation
            yield [
                d.title, d.get_kind_display(), d.place.name, d.held_at, d.room,
                s.get_reply_display(), s.get_attendance_display(), s.attendee,
                talk_rules.STATES[d.state].title, d.get_outcome_display(),
            ]  # fmt: skip

    heads = (
        "议题", "类别", "地方", "时间", "地点", "回复", "到会", "谁来", "状态", "结果",
    )  # fmt: skip
    return Listing("议事邀请", heads, rows(), found.count(), talks.MINE[tab])


def resolutions(request: HttpRequest) -> Listing:
    """What was resolved, by the filters of the list."""
    actor = require_role(request, "resolutions.view")
    states = resolution_views.STATES
    found = queries.resolutions(actor, wanted_of(request, states, queries.LATE))

    def rows() -> Iterator[list[Value]]:
        for r in found.iterator(BATCH):
            yield [
                r.text, r.origin.place.name, r.origin.title, r.origin.held_on,
                str(r.unit or "社区"), r.due_on, queries.resolution_state(r)[1],
                r.done_on, r.result, r.reviewed_on,
            ]  # fmt: skip

    heads = (
        "议定的事", "社区", "会议", "开会日期", "承办", "完成时限", "状态", "办结日期",
        "办理结果", "会上看过",
    )  # fmt: skip
    told = _told(
        request,
        ("state", "状态", states.items()),
        ("when", "时限", queries.LATE.items()),
    )
    return Listing("议定事项", heads, rows(), found.count(), told)


def part_times(request: HttpRequest) -> Listing:
    """Part-time members by the filters of the list."""
    actor = require_role(request, "part_time.view")
    tab = people_views.part_time_tab(request)
    wanted = wanted_of(request, whens=queries_people.WHEN)
    title, states = queries_people.PART_TIME_TABS[tab]
    found = queries_people.part_times(actor, wanted).filter(state__in=states)

    def rows() -> Iterator[list[Value]]:
        for p in found.iterator(BATCH):
            yield [
                p.person.name, str(p.unit or ""), p.post, p.place.code, p.place.name,
                p.task, rules.PART_TIME_STATES[p.state].title, p.valid_from, p.valid_to,
                rules.END_REASONS.get(p.end_reason, ""),
            ]  # fmt: skip

    heads = (
        "姓名", "单位", "职务", "代码", "社区", "分工", "状态", "起", "止", "卸任原因",
    )  # fmt: skip
    told = _told(request, ("when", "任期", queries_people.WHEN.items()), first=title)
    return Listing("兼职委员", heads, rows(), found.count(), told)


def federations(request: HttpRequest) -> Listing:
    """Federations by the filters of the list."""
    actor = require_role(request, "federations.view")
    found = queries_people.federations(actor, wanted_of(request, people_views.STATES))

    def rows() -> Iterator[list[Value]]:
        for f in found.iterator(BATCH):
            yield [
                f.name, f.place.code, f.place.name, f.head, f.head_post, f.communities,
                f.units, f.valid_from, f.valid_to,
            ]  # fmt: skip

    heads = (
        "联合体", "代码", "哪里", "召集人", "职务", "社区数", "单位数", "起", "止",
    )  # fmt: skip
    told = _told(request, ("state", "只看", people_views.STATES.items()))
    return Listing("党建联合体", heads, rows(), found.count(), told)


def estates(request: HttpRequest) -> Listing:
    """Estates with their holders and vacancies."""
    actor = require_role(request, "estate_notes.view")
    wanted = wanted_of(request, estate_views.VACANT, queries_people.WHEN)
    found = list(queries_people.estates(actor, wanted))
    one = ("instructor", "compound_branch_secretary")
    rows: list[list[Value]] = [
        [
            line.place.code, line.place.name, queries_people.where(line.place),
            *("、".join(t.person.name for t in line.held[role]) for role in one),
            line.buildings, line.filled["building_group_leader"],
            line.filled["center_household"], "；".join(line.vacant),
        ]
        for line in queries_people.lines(found)
    ]  # fmt: skip
    heads = (
        "代码", "小区", "哪里", "指导员", "党支部书记", "楼栋", "有党小组长", "有党员中心户", "空缺",
    )  # fmt: skip
    told = _told(
        request, ("state", "空缺", estate_views.VACANT.items()),
        ("when", "任期", queries_people.WHEN.items()),
    )  # fmt: skip
    return Listing("小区组织", heads, rows, len(rows), told)


def notes(request: HttpRequest) -> Listing:
    """The log of organised life; with `estate` that of one."""
    actor = require_role(request, "estate_notes.view")
    found = queries_people.notes(actor, wanted_of(request, estate_views.NOTE_STATES))

    def rows() -> Iterator[list[Value]]:
        for n in found.iterator(BATCH):
            yield [
                n.on, n.place.name, queries_people.where(n.place), n.get_kind_display(),
                n.attended, n.text, n.advice, n.made_name,
                rules.NOTE_STATES[n.state].title,
            ]  # fmt: skip

    heads = (
        "日期", "小区", "哪里", "种类", "参加人数", "内容", "指导意见", "记录人", "状态",
    )  # fmt: skip
    told = _told(request, ("state", "状态", estate_views.NOTE_STATES.items()))
    return Listing("小区组织生活", heads, rows(), found.count(), told)


def leaders(request: HttpRequest) -> Listing:
    """Leaders' contact points with the visits of a year."""
    actor = require_role(request, "leader_contacts.view")
    wanted = wanted_of(request, rules.LEADER_RANKS, queries_people.VISITED)
    found = queries_people.leaders(actor, wanted)

    def rows() -> Iterator[list[Value]]:
        for c in found.iterator(BATCH):
            yield [
                c.name, c.post, c.get_rank_display(), c.point.code, c.point.name,
                queries_people.where(c.point), c.valid_from, c.valid_to, c.n, c.last_on,
            ]  # fmt: skip

    heads = (
        "姓名", "职务", "级别", "代码", "联系点", "哪里", "起", "止", "走访次数", "最近一次",
    )  # fmt: skip
    told = _told(
        request, ("state", "级别", rules.LEADER_RANKS.items()),
        ("when", "只看", queries_people.VISITED.items()),
    )  # fmt: skip
    return Listing("领导联系点", heads, rows(), found.count(), told)


def visits(request: HttpRequest) -> Listing:
    """The visits of a year."""
    actor = require_role(request, "leader_visits.view")
    found = queries_people.visited(actor, wanted_of(request))

    def rows() -> Iterator[list[Value]]:
        for v in found.iterator(BATCH):
            yield [
                v.on, v.contact.name, v.contact.post, v.contact.point.name, v.policy,
                v.issues, v.order_no, v.follow_up, rules.VISIT_STATES[v.state].title,
            ]  # fmt: skip

    heads = (
        "日期", "姓名", "职务", "联系点", "宣传的政策", "发现的问题", "点单", "后续", "状态",
    )  # fmt: skip
    return Listing("领导走访", heads, rows(), found.count(), _told(request))


ALL = {
    "joint_meetings": meetings, "meeting_seats": seats, "resolutions": resolutions,
    "part_time_members": part_times, "federations": federations,
    "estate_roles": estates, "estate_notes": notes, "leader_contacts": leaders,
    "leader_visits": visits, "deliberations": deliberations,
    "deliberation_seats": deliberation_seats,
}  # fmt: skip
