"""What a place has decided for itself and below: settings, work calendar, pauses."""

import calendar as months
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import now, today
from baodao.core.errors import Invalid, NotFound
from baodao.places import basis, queries, services, values
from baodao.places.calendars import Calendar, calendar_for, known_year
from baodao.places.effects import effects
from baodao.places.forms import DayForm, PauseForm, SettingForm, status_of, submitted
from baodao.places.models import LocalDay, Pause, Place, Setting
from baodao.places.settings import KEYS
from baodao.places.settings import values as effective
from baodao.places.views.tree import PAGE, actor_of, get_only
from baodao.ui.toast import toast

Where = tuple[Place | None, str, str]


def where_of(request: HttpRequest) -> Where:
    """(place, path, name) the page is about: ?place=, else the actor's own; the
    whole deployment for those whose role is for it."""
    actor = actor_of(request)
    wanted = request.GET.get("place", "")
    if not wanted and actor.path == "":
        return None, "", "全部地方"
    try:
        place = queries.place(actor, UUID(wanted)) if wanted else queries.start(actor)
    except ValueError as error:
        raise NotFound from error
    if place is None:
        raise NotFound
    return place, place.path, place.name


def _back(name: str, place: Place | None, more: str = "") -> str:
    query = [f"place={place.pk}"] if place else []
    query += [more] if more else []
    return reverse(name) + ("?" + "&".join(query) if query else "")


def _base(where: Where) -> dict[str, Any]:
    place, path, name = where
    return {"place": place, "path": path, "name": name}


# --- settings -------------------------------------------------------------------


@get_only
def settings(request: HttpRequest) -> HttpResponse:
    """Every setting with its value here and who decided it."""
    where = where_of(request)
    actor = actor_of(request)
    require(actor, "settings.view", Setting(path=where[1]))
    lines = queries.setting_lines(where[1])
    context = {
        **_base(where),
        "groups": _groups(lines, where[1]),
        "own": sum(line.own for line in lines),
        "may_set": can(actor, "settings.set", Setting(path=where[1])),
        "may_change": can(actor, "changes.view"),
    }
    return render(request, "places/settings.html", context)


GROUPS = {
    "orders": "点单的时限和上限",
    "service": "服务时长",
    "reporting": "报到",
    "visits": "走访",
    "pairings": "结对",
    "councils": "会议和领导联系点",
    "exchange": "共建",
    "retention": "到期删除",
    "calendar": "工作时间",
}


Lines = list[tuple[queries.SettingLine, list[basis.Basis]]]


def _groups(lines: list[queries.SettingLine], path: str) -> list[tuple[str, Lines]]:
    """By subject, each line with the clauses it rests on here."""
    rests = basis.of_all("setting", [x.key for x in lines], path)
    found: dict[str, Lines] = {}
    for line in lines:
        head = line.key.split(".")[0]
        found.setdefault(GROUPS.get(head, head), []).append(
            (line, rests.get(line.key, []))
        )
    return list(found.items())


@require_http_methods(["GET", "POST"])
def setting(request: HttpRequest, key: str) -> HttpResponse:
    """Set one setting for a place, or take the place's own value back."""
    where = where_of(request)
    place, path, name = where
    actor = actor_of(request)
    if key not in KEYS:
        raise NotFound
    require(actor, "settings.set", Setting(path=path))
    known, value = KEYS[key], effective(path, [key])[key]
    typed = values.typed(key, value)
    initial = {
        "value": typed.split(",")
        if isinstance(value, list) and key != "calendar.hours"
        else typed
    }
    form = SettingForm(request.POST or None, initial=initial, key=key)
    back = _back("places:settings", place)
    if submitted(request, form, lambda data: _save(request, form, path, key)):
        toast(request, f"{known.title}已更新。", f"对{name}和下级生效。")
        return redirect(back)
    context = {
        **_base(where),
        "form": form,
        "known": known,
        "back": back,
        "line": next(x for x in queries.setting_lines(path) if x.key == key),
        "rests": basis.of("setting", key, path),
    }
    return render(request, "places/setting.html", context, status=status_of(form))


def _save(request: HttpRequest, form: SettingForm, path: str, key: str) -> object:
    write = partial(
        services.set_setting,
        actor=actor_of(request),
        path=path,
        key=key,
        value=form.text(),
    )
    return write(reason=form.cleaned_data["reason"])


@require_POST
def remove_setting(request: HttpRequest, key: str) -> HttpResponse:
    """Back to the value of the place above."""
    place, path, _ = where_of(request)
    try:
        services.remove_setting(
            actor=actor_of(request),
            path=path,
            key=key,
            reason=request.POST.get("reason", ""),
        )
    except Invalid as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, "已恢复上级的值。")
    return redirect(_back("places:settings", place))


# --- work calendar --------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One day of the year view; `mark` is 休 or 班 where it is not as usual."""

    day: date
    mark: str = ""
    local: str = ""
    inside: bool = True


@require_http_methods(["GET", "POST"])
def work_calendar(request: HttpRequest) -> HttpResponse:
    """The year of a place: days off, make-up workdays, local days; add one."""
    where = where_of(request)
    place, path, name = where
    actor = actor_of(request)
    require(actor, "days.view", LocalDay(path=path))
    year = year_of(request)
    may_set = can(actor, "days.set", LocalDay(path=path))
    form = DayForm(request.POST or None)
    save = partial(services.add_local_day, actor=actor, path=path)
    if submitted(request, form, lambda data: save(**data)):
        day = form.cleaned_data["day"]
        toast(request, f"{day.month}月{day.day}日已定。", f"对{name}和下级生效。")
        return redirect(_back("places:calendar", place, f"year={day.year}"))
    local = queries.local_days(path, year)
    cal = calendar_for(path)
    context = {
        **_base(where),
        "year": year,
        "months": year_view(year, cal, {d.day: d.name for d in local}),
        "days": local,
        "names": queries.names_of([d.path for d in local]),
        "known": known_year(year),
        "form": form,
        "may_set": may_set,
        "hours": values.shown("calendar.hours", effective(path)["calendar.hours"]),
        "weekdays": values.shown("calendar.weekdays", sorted(cal.weekdays)),
    }
    return render(request, "places/calendar.html", context, status=status_of(form))


def year_of(request: HttpRequest) -> int:
    wanted = request.GET.get("year", "")
    this = today().year
    year = int(wanted) if wanted.isdecimal() and len(wanted) == 4 else this
    return min(max(year, this - 3), this + 3)


def year_view(
    year: int, cal: Calendar, local: Mapping[date, str]
) -> list[tuple[int, list[list[Cell]]]]:
    """(month, weeks of cells), Monday first."""
    shape = months.Calendar(firstweekday=0)
    return [
        (
            m,
            [
                [_cell(d, m, cal, local) for d in week]
                for week in shape.monthdatescalendar(year, m)
            ],
        )
        for m in range(1, 13)
    ]


def _cell(day: date, month: int, cal: Calendar, local: Mapping[date, str]) -> Cell:
    if day.month != month:
        return Cell(day, inside=False)
    usual, works = day.weekday() in cal.weekdays, cal.is_workday(day)
    mark = "" if usual == works else "班" if works else "休"
    return Cell(day, mark, local.get(day, ""))


@require_POST
def remove_day(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a local day back."""
    row = LocalDay.objects.filter(pk=pk).first()
    services.remove_local_day(actor=actor_of(request), day_id=pk)
    place = Place.objects.filter(path=row.path).first() if row else None
    toast(request, "已删掉，按上级的安排。")
    return redirect(
        _back("places:calendar", place, f"year={row.day.year}" if row else "")
    )


# --- pauses ---------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def pauses(request: HttpRequest) -> HttpResponse:
    """Pauses that touch a place; open one."""
    where = where_of(request)
    place, path, name = where
    actor = actor_of(request)
    require(actor, "pauses.view", Pause(path=path, start=now()))
    may_open = can(actor, "pauses.open", Pause(path=path, start=now()))
    form = PauseForm(request.POST or None, initial={"start": now()})
    if "sure" not in request.POST and submitted(request, form, _asks(actor)):
        return _sure(request, where, form)
    save = partial(services.open_pause, actor=actor, path=path)
    opened = "sure" in request.POST and submitted(
        request, form, lambda data: bool(save(**data))
    )
    if opened:
        toast(request, f"{name}的时限暂停已记下。", "页面上写明理由，居民也看得到。")
        return redirect(_back("places:pauses", place))
    page = Paginator(queries.pauses(actor, path), PAGE).get_page(
        request.GET.get("page")
    )
    at = now()
    rows = [
        (p, phase_of(p), (p.end is None or p.end > at) and can(actor, "pauses.end", p))
        for p in page
    ]
    context = {
        **_base(where),
        "page": page,
        "rows": rows,
        "names": queries.names_of([p.path for p in page]),
        "form": form,
        "may_open": may_open,
        "running": queries.pause_now(path, at),
    }
    return render(request, "places/pauses.html", context, status=status_of(form))


def _asks(actor: Actor) -> Callable[[dict[str, Any]], bool]:
    """Whether the pause may be opened at all, before anybody is asked."""

    def check(data: dict[str, Any]) -> bool:
        services.check_pause(actor, data["start"], data["end"], data["reason"], now())
        return True

    return check


def _sure(request: HttpRequest, where: Where, form: PauseForm) -> HttpResponse:
    """The question before all clocks of a place stand still: what stops."""
    place, path, _ = where
    start = form.cleaned_data["start"]
    context = {
        **_base(where),
        "form": form,
        "back": _back("places:pauses", place),
        "effects": effects(path, start, now()),
        "data": form.cleaned_data,
    }
    return render(request, "places/pause_sure.html", context)


def phase_of(pause: Pause) -> str:
    at = now()
    if pause.start > at:
        return "later"
    return "over" if pause.end is not None and pause.end <= at else "running"


@require_POST
def end_pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the clocks go on."""
    row = Pause.objects.filter(pk=pk).first()
    try:
        services.end_pause(actor=actor_of(request), pause_id=pk)
    except Invalid as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, "时限恢复了。", "暂停的这段时间有记录。")
    place = Place.objects.filter(path=row.path).first() if row else None
    return redirect(_back("places:pauses", place))
