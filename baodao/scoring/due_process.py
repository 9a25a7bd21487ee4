"""What deductions, merits, complaints and appeals tell the layers below when the
application starts."""


def ready() -> None:
    from baodao.acts.access import register
    from baodao.scoring import rules_appeals as a
    from baodao.scoring import rules_deductions as d

    register(
        "scoring.Deduction",
        "deductions",
        d.DEDUCTIONS,
        conflicts=d.CONFLICTS,
        messages=d.MESSAGES,
    )
    register(
        "scoring.Appeal", "appeals", a.APPEALS, conflicts=a.CONFLICTS, messages=a.MESSAGES
    )
    from baodao.scoring.services import appealing, appealing_deductions

    appealing.register(appealing_deductions.KIND)
