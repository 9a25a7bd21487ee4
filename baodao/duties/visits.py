"""The windows of visits at a place: its festivals, its settings (domain 7.3, L39)."""

from collections.abc import Collection, Iterable

from baodao.duties import cadence
from baodao.duties.cadence import Window
from baodao.places import festivals
from baodao.places.settings import values

SETTINGS = ("visits.festivals", "visits.festivals_per_year")


def visit_windows(
    path: str, focus: Iterable[str], quiet_months: Collection[int], year: int
) -> dict[str, list[Window]]:
    """Kind of duty → its windows of a year, for a household at `path` with people of
    these groups. Raises Invalid for a year whose festivals are not known."""
    days, settings = festivals.festivals(year), values(path, SETTINGS)
    kept = {*settings["visits.festivals"], *festivals.regional(path)}
    return {
        "visit_month": cadence.months(year, quiet_months),
        "visit_festival": cadence.feasts(
            days, kept, set(focus), quiet_months, settings["visits.festivals_per_year"]
        ),
    }
