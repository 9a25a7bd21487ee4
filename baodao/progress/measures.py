"""What is counted, one row each: of which step and which double it is, how much is
wanted, and where one goes on. `rows` gives an id for each thing that counts (of the
unit, or of the member); a year is the calendar year of the day that is asked about."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, TypedDict

from django.db.models import F, Func, QuerySet, UUIDField

from baodao.activities.models import Activity
from baodao.duties.models import Duty
from baodao.exchange.models import Agreement
from baodao.pairings.models import EstatePairing, HouseholdPairing
from baodao.people.models import Unit
from baodao.people.queries import current
from baodao.records.models import Record, services
from baodao.reporting import rules as reporting
from baodao.reporting.models import ReportIn, ReportInItem


class Of(TypedDict):
    """Whose it is."""

    of: Any


Rows = QuerySet[Any, Of]


class Measure(NamedTuple):
    """`owed`: what is wanted where it is not the same for all; else `need`. `url`:
    where a unit or a member goes on."""

    code: str
    title: str
    step: str
    double: str
    rows: Callable[[date], Rows]
    url: str
    need: int = 1
    owed: Callable[[date], Rows] | None = None


def _year(day: date) -> tuple[date, date]:
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _live(**more: Any) -> QuerySet[ReportIn]:
    return ReportIn.objects.filter(state__in=reporting.LIVE, **more)


def _units_reported(day: date) -> Rows:
    return _live(member=None).values(of=F("subject_unit_id"))


def _lists(day: date) -> Rows:
    items = ReportInItem.objects.filter(
        report_in__state__in=reporting.LIVE, edition=F("report_in__edition")
    )
    return items.values(of=F("report_in__subject_unit_id"))


def _estates(day: date) -> Rows:
    return EstatePairing.objects.filter(current(day)).values(of=F("unit_id"))


def _agreements(day: date) -> Rows:
    party = Func(F("unit_ids"), function="unnest", output_field=UUIDField())
    parties = Agreement.objects.filter(state="effective").values_list(party)
    return Unit.objects.filter(pk__in=parties).values(of=F("pk"))


def _activities(day: date) -> Rows:
    held = Activity.objects.filter(
        state__in=("confirmed", "archived"), start_at__year=day.year
    )
    return held.exclude(unit=None).values(of=F("unit_id"))


def _served(day: date) -> QuerySet[Record]:
    return services().filter(occurred_on__range=_year(day))


def _unit_services(day: date) -> Rows:
    return _served(day).exclude(unit_id=None).values(of=F("unit_id"))


def _owed(*kinds: str) -> Callable[[date], QuerySet[Duty]]:
    """What was owed this year so far, but for what need not be done."""

    def found(day: date) -> QuerySet[Duty]:
        begun = Duty.objects.filter(kind__in=kinds, opens_on__lte=day)
        return begun.filter(due_on__year=day.year).exclude(
            state__in=("excused", "cancelled")
        )

    return found


def _by_channel(channel: str) -> Callable[[date], Rows]:
    def rows(day: date) -> Rows:
        found = _live(channel=channel).exclude(member=None)
        return found.values(of=F("member_id"))

    return rows


def _households(day: date) -> Rows:
    # A pause is the household's or the calendar's: whoever is linked stays linked.
    linked = HouseholdPairing.objects.filter(state__in=("active", "paused"))
    return linked.values(of=F("member_id"))


def _member_services(day: date) -> Rows:
    return _served(day).exclude(member_id=None).values(of=F("member_id"))


def _duties(
    code: str, title: str, step: str, double: str, kinds: tuple[str, ...], url: str,
    who: str,
) -> Measure:  # fmt: skip
    """A measure of what is owed: how much of it is done."""
    owed, done = _owed(*kinds), ("done", "confirmed")
    return Measure(
        code, title, step, double,
        lambda day: owed(day).filter(state__in=done).values(of=F(who)),
        url, owed=lambda day: owed(day).values(of=F(who)),
    )  # fmt: skip


UNIT = (
    Measure("reported", "到联系点报到", "report", "report", _units_reported, "reporting:my"),
    Measure("lists", "交需求和资源", "report", "report", _lists, "reporting:my"),
    Measure("estate", "包联1个重点小区", "pair", "pair", _estates, "pairings:list"),
    Measure("agreement", "签共建协议", "build", "serve", _agreements, "exchange:agreement_list"),
    _duties("promises", "做到协议里的事", "build", "serve", ("agreement_item",), "duties:list", "unit_id"),
    _duties("project", "年度党建合作项目", "build", "serve", ("project_quota",), "exchange:coproject_list", "unit_id"),
    _duties("problem", "解决重点难点问题", "build", "serve", ("problem_quota",), "exchange:problem_list", "unit_id"),
    _duties("meetings", "参加联席会议", "build", "serve", ("meeting_attendance",), "councils:unit", "unit_id"),
    Measure("activities", "办活动", "build", "serve", _activities, "activities:list"),
    Measure("services", "党员服务", "build", "serve", _unit_services, "orders:unit"),
)  # fmt: skip
MEMBER = (
    Measure("unit_channel", "到单位联系点报到", "report", "report", _by_channel("unit"), "reporting:my"),
    Measure("residence", "到居住地报到", "report", "report", _by_channel("residence"), "reporting:my"),
    Measure("household", "联系1户重点居民户", "pair", "pair", _households, "pairings:mine"),
    _duties("visits", "走访", "pair", "pair", ("visit_month", "visit_festival"), "pairings:my_visits", "member_id"),
    Measure("services", "志愿服务", "build", "serve", _member_services, "orders:pool"),
)  # fmt: skip
OF = {"unit": UNIT, "member": MEMBER}
