"""What deductions, merits, complaints and appeals tell the layers below when the
application starts."""


def ready() -> None:
    from baodao.acts.access import register
    from baodao.scoring import rules_appeals as a
    from baodao.scoring import rules_complaints as c
    from baodao.scoring import rules_deductions as d
    from baodao.scoring import rules_merits as m

    register(
        "scoring.Deduction",
        "deductions",
        d.DEDUCTIONS,
        conflicts=d.CONFLICTS,
        messages=d.MESSAGES,
    )
    register(
        "scoring.Appeal",
        "appeals",
        a.APPEALS,
        conflicts=a.CONFLICTS,
        messages=a.MESSAGES,
    )
    register(
        "scoring.Merit", "merits", m.MERITS, conflicts=m.CONFLICTS, messages=m.MESSAGES
    )
    register(
        "scoring.Complaint",
        "complaints",
        c.COMPLAINTS,
        conflicts=c.CONFLICTS,
        messages=c.MESSAGES,
    )
    from baodao.scoring.services import appealing, appealing_deductions

    appealing.register(appealing_deductions.KIND)

    from baodao.places.changes.moves import register as register_movers
    from baodao.records.sources import register as register_source
    from baodao.scoring.moves_due_process import ALL as MOVERS
    from baodao.scoring.services.deducting import SOURCE
    from baodao.scoring.services.meriting import SOURCE as MERIT
    from baodao.scoring.sheets_complaints import ALL as COMPLAINT_LISTINGS
    from baodao.scoring.sheets_deductions import ALL as LISTINGS
    from baodao.scoring.sources_due_process import describe, describe_merits
    from baodao.sheets import exports

    register_movers(*MOVERS)
    register_source(SOURCE, describe)
    register_source(MERIT, describe_merits)
    exports.register(**LISTINGS, **COMPLAINT_LISTINGS)
