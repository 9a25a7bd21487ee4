"""What summaries, letters, checks and samples register when the process starts."""

from baodao.acts.access import register
from baodao.duties import rules as duties
from baodao.places.changes.moves import register as register_movers
from baodao.scoring import (
    moves_health,
    rules_draw,
    rules_health,
    rules_quarter,
    sheets_health,
)
from baodao.sheets import exports


def ready() -> None:
    """Called once by the app's `ready`."""
    register("scoring.Checkup", "checkups", rules_health.CHECKUPS)
    register("scoring.Quarter", "quarters", rules_quarter.QUARTERS)
    register(
        "scoring.Letter", "letters", rules_quarter.LETTERS,
        conflicts=rules_quarter.LETTER_CONFLICTS, messages=rules_quarter.LETTER_MESSAGES,
    )  # fmt: skip
    register("records.Record", "patterns", rules_health.PATTERNS)
    register("scoring.Draw", "draws", rules_draw.DRAWS)
    register(
        "scoring.Sample", "samples", rules_draw.SAMPLES,
        conflicts=rules_draw.CONFLICTS, messages=rules_draw.MESSAGES,
    )  # fmt: skip
    duties.register(
        duties.Kind(
            rules_quarter.DUTY, "季度积分汇总", "community", "去结账", 60, False,
            "scoring:quarter_duty", remind=(3, 0),
        )
    )  # fmt: skip
    register_movers(*moves_health.ALL)
    exports.register(**sheets_health.ALL)
