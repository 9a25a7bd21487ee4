"""What the yearly evaluation registers with the engines."""

from baodao.acts.access import register
from baodao.scoring import rules_evaluation as r
from baodao.scoring import rules_extracts as x


def wire() -> None:
    """Called once by the app's `ready`."""
    register("scoring.Round", "evaluation_rounds", r.ROUNDS)
    register("scoring.Meeting", "evaluation_meetings", r.MEETINGS)
    register(
        "scoring.Evaluation", "evaluations", r.EVALUATIONS,
        conflicts=r.CONFLICTS, messages=r.MESSAGES,
    )  # fmt: skip
    register("scoring.FeedbackCard", "feedback_cards", r.FEEDBACKS)
    register("scoring.Delivery", "card_deliveries", r.DELIVERIES)
    register("scoring.PrintRun", "print_runs", r.PRINTS)
    register("scoring.Extract", "extracts", x.ACTIONS)
    from baodao.people import retention
    from baodao.places.changes.moves import register as register_movers
    from baodao.scoring import blocking, complaints, retaining
    from baodao.scoring.moves_evaluation import ALL as MOVERS
    from baodao.scoring.services import appealing, appealing_grades
    from baodao.scoring.sheets_evaluation import ALL as LISTINGS
    from baodao.sheets import exports

    appealing.register(appealing_grades.KIND)
    blocking.open_objections.append(appealing_grades.undecided)
    blocking.open_complaints.append(complaints.open_ones)
    register_movers(*MOVERS)
    retention.register(*retaining.ALL)
    exports.register(**LISTINGS)
