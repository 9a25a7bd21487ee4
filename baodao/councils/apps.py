from django.apps import AppConfig

from baodao.acts.access import register


class CouncilsConfig(AppConfig):
    name = "baodao.councils"
    verbose_name = "共商共治"

    def ready(self) -> None:
        _access()
        from baodao.councils.moves import ALL as MOVERS
        from baodao.councils.sheets import ALL as LISTINGS
        from baodao.duties.rules import Kind
        from baodao.duties.rules import register as register_kinds
        from baodao.places.changes.moves import register as register_movers
        from baodao.sheets import exports

        duty = "councils:duty"
        register_kinds(
            Kind("joint_meeting", "联席会议", "community", "去安排", 30, False, duty),
            Kind("meeting_attendance", "参加联席会议", "unit", "回复", 0, False, duty),
            Kind("resolution", "议定事项", "unit", "报办结", 90, True, duty),
            Kind("leader_visit", "领导到联系点", "leader", "记走访", 30, True, duty),
        )
        register_movers(*MOVERS)
        exports.register(**LISTINGS)


def _access() -> None:
    from baodao.councils import rules as r
    from baodao.councils import rules_deliberation as d

    register(
        "councils.JointMeeting", "meetings", r.MEETINGS, messages=r.MEETING_MESSAGES
    )
    register("councils.MeetingSeat", "meeting_seats", r.SEATS)
    register("councils.MeetingTopic", "meeting_topics", r.TOPICS)
    register(
        "councils.Resolution",
        "resolutions",
        r.RESOLUTIONS,
        conflicts=r.RESOLUTION_CONFLICTS,
        messages=r.RESOLUTION_MESSAGES,
    )
    register(
        "councils.PartTimeMember",
        "part_time",
        r.PART_TIME,
        conflicts=r.PART_TIME_CONFLICTS,
        messages=r.PART_TIME_MESSAGES,
    )
    register("councils.Federation", "federations", r.FEDERATIONS)
    register("councils.FederationMember", "federated", r.FEDERATED)
    register(
        "councils.EstateNote",
        "estate_notes",
        r.NOTES,
        conflicts=r.NOTE_CONFLICTS,
        messages=r.NOTE_MESSAGES,
    )
    register("councils.LeaderContact", "leader_contacts", r.LEADERS)
    register(
        "councils.LeaderVisit",
        "leader_visits",
        r.LEADER_VISITS,
        conflicts=r.VISIT_CONFLICTS,
        messages=r.VISIT_MESSAGES,
    )
    register(
        "councils.Deliberation",
        "deliberations",
        d.DELIBERATIONS,
        conflicts=d.CONFLICTS,
        messages=d.MESSAGES,
    )
    register("councils.DeliberationSeat", "deliberation_seats", d.SEATS)
    register("councils.Opinion", "opinions", d.OPINIONS, conflicts=d.OPINION_CONFLICTS)
