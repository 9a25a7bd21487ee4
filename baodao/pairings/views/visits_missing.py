"""本月快要漏访的: before the month is over the community sees whom nobody has visited,
and reminds, finds a stand-in or excuses, one by one or several at once (L39, section 3
idea 7)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import BaodaoError, Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.duties.rules import EXCUSES
from baodao.pairings import visits_around
from baodao.pairings import visits_queries as queries
from baodao.pairings.models import Apart, HouseholdPairing
from baodao.pairings.views.visits_guard import staff_of
from baodao.people.models import Member
from baodao.places.search import matching
from baodao.ui.paging import UpTo, count_up_to, words_of
from baodao.ui.toast import toast

PAGE = 100
CANDIDATES = 12
ASKS = {"excuse": "免访", "stand_in": "请人代访"}
NOT_CHOSEN = "还没有选。请先勾选要办的走访。"


@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """The list, the most urgent first, in three groups."""
    actor, now = staff_of(request), clock_now()
    found = queries.about_to_miss(actor, today(now))
    q = request.GET.get("q", "").strip()
    if q:
        found = found.filter(source_id__in=queries.found_bonds(q).values("id"))
    n = count_up_to(found)
    rows = found.select_related("stand_in__person")
    page = UpTo(rows, PAGE, n).get_page(request.GET.get("page"))
    lines = queries.of_duties(page.object_list, now)
    return render(request, "pairings/visits_missing.html", {
        "groups": _groups(lines, now), "n": n, "count": words_of(n), "page": page, "q": q,
        "month": today(now).month, "may_excuse": can(actor, "duties.excuse"),
    })  # fmt: skip


def _groups(
    lines: list[queries.Line], now: datetime
) -> list[tuple[str, str, list[queries.Line]]]:
    """过了日子、这几天到期、去过没人在家、月底以前."""
    day = today(now)
    late = [x for x in lines if x.duty and x.duty.state == "missed"]
    near = [x for x in lines if x not in late and (x.on - day).days <= 3]
    tried = [x for x in lines if x not in (*late, *near) and x.duty and x.duty.attempts]
    rest = [x for x in lines if x not in (*late, *near, *tried)]
    groups = [
        ("过了日子，还能补", "late", late), ("3 天内到期", "soon", near),
        ("去过，没人在家", "", tried), ("月底以前", "", rest),
    ]  # fmt: skip
    return [g for g in groups if g[2]]


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Remind at once; excuse and stand-in ask on a page of their own, for one or many."""
    actor = staff_of(request)
    what = request.POST.get("do", "")
    # A row's own button names its row; the strip takes what is ticked.
    only = request.GET.get("only", "")
    ids = [
        pk for pk in map(uuid_of, [only] if only else request.POST.getlist("ids")) if pk
    ]
    chosen = list(queries.owed(actor).filter(pk__in=ids).order_by("due_on", "id"))
    if not chosen:
        toast(request, NOT_CHOSEN, tone="late")
        return redirect("pairings:visits_missing")
    if what == "remind":
        told = visits_around.remind(
            actor=actor, pairing_ids=[d.source_id for d in chosen]
        )
        toast(request, f"已提醒 {len(told)} 名党员", "他们会在“今天”里看到。")
        return redirect("pairings:visits_missing")
    if what not in ASKS:
        raise NotFound
    if not can(actor, f"duties.{what}"):
        raise Forbidden("免访和代访由社区专干或书记来定。网格员可以提醒党员。")
    if "confirm" not in request.POST:
        return _ask(request, what, chosen)
    do = _excuse if what == "excuse" else _stand_in
    try:
        done, failed = _each(chosen, do(request, actor))
    except Invalid as error:
        return _ask(request, what, chosen, error.message)
    if done:
        toast(request, f"{len(done)} 次走访：{ASKS[what]}已记好", "；".join(failed))
    else:
        toast(request, f"{ASKS[what]}没有办成", "；".join(failed), tone="late")
    return redirect("pairings:visits_missing")


def _excuse(request: HttpRequest, actor: Actor) -> Callable[[Duty], object]:
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    if reason not in EXCUSES:
        raise Invalid("请选一个免访原因。")
    if reason == "other" and not note.strip():
        raise Invalid("选了“其他”，请写一句是什么原因。")
    return lambda d: duties.excuse(actor=actor, duty_id=d.pk, reason=reason, note=note)


def _stand_in(request: HttpRequest, actor: Actor) -> Callable[[Duty], object]:
    member_id = uuid_of(request.POST.get("member"))
    if member_id is None:
        raise Invalid("请选一位党员代访。")

    def do(d: Duty) -> object:
        home = HouseholdPairing.objects.values_list("household_id", flat=True)
        if Apart.objects.filter(
            household_id__in=home.filter(pk=d.source_id),
            member_id=member_id,
            removed=False,
        ).exists():
            raise Conflict("这一位是这户的亲属或有利害关系，不能代访")
        return duties.stand_in(actor=actor, duty_id=d.pk, member_id=member_id)

    return do


def _each(
    chosen: Sequence[Duty], do: Callable[[Duty], object]
) -> tuple[list[UUID], list[str]]:
    """What was done, and why not the others, in words."""
    done, failed = [], []
    for duty in chosen:
        try:
            do(duty)
        except BaodaoError as error:
            failed.append(f"{duty.title}：{error.message.rstrip('。')}")
        else:
            done.append(duty.pk)
    return done, failed


def _ask(
    request: HttpRequest, what: str, chosen: Sequence[Duty], error: str = ""
) -> HttpResponse:
    now = clock_now()
    q = request.POST.get("q", "")
    return render(request, "pairings/visits_decide.html", {
        "what": what, "label": ASKS[what], "lines": queries.of_duties(chosen, now),
        "error": error, "excuses": EXCUSES.items(), "q": q,
        "candidates": candidates(chosen, q) if what == "stand_in" else [],
        "reason": request.POST.get("reason", ""), "note": request.POST.get("note", ""),
    }, status=422 if error else 200)  # fmt: skip


def candidates(chosen: Sequence[Duty], q: str = "") -> list[Member]:
    """Who may go instead: who goes along anyway, colleagues of the same unit, people
    who live in the community; the same unit first. Only those on duty."""
    owing = {d.member_id for d in chosen if d.member_id}
    bonds = HouseholdPairing.objects.filter(pk__in={d.source_id for d in chosen})
    seconds = {pk for pk in bonds.values_list("second_id", flat=True) if pk}
    units = {d.unit_id for d in chosen if d.unit_id}
    paths = {d.path for d in chosen}
    near = Q(pk__in=seconds) | Q(unit_id__in=units) | Q(residence_path__in=paths)
    found = Member.objects.filter(near, duty_status="on_duty").exclude(pk__in=owing)
    homes = bonds.values("household_id")
    apart = Apart.objects.filter(household_id__in=homes, removed=False)
    found = found.exclude(pk__in=apart.values("member_id"))
    if q.strip():
        found = matching(found, q.strip(), name="person__name", pinyin="person__pinyin")
    rows = found.select_related("person", "unit").order_by("person__pinyin", "pk")[:200]

    def rank(m: Member) -> tuple[bool, bool, bool]:
        return (
            m.pk not in seconds,
            m.unit_id not in units,
            m.residence_path not in paths,
        )

    return sorted(rows, key=rank)[:CANDIDATES]
