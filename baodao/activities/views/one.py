"""One activity: its page, planning and changing it, and its steps."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.activities import (
    carriers,
    checking_in,
    fitting,
    lists,
    queries,
    rules,
    services,
)
from baodao.activities.forms import ActivityForm, CodeForm, ReasonForm
from baodao.activities.models import Activity
from baodao.activities.views.guard import planning_places
from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden, NotFound, TooMany
from baodao.core.limits import count_try, tries
from baodao.matching.ranking import Reason
from baodao.people.models import Member
from baodao.people.views.asking import actor_for
from baodao.places.forms import status_of, submitted
from baodao.ui.toast import toast

POST_METHODS = ["GET", "HEAD", "POST"]
# What the page says after a step: what happened, whose turn it is.
SAID = {
    "publish": ("已发布", "可以报名了。"),
    "cancel": ("已取消", "报名的人会收到通知。"),
    "confirm": ("名单确认好了", "到场的人都有了服务记录。"),
    "send_back": ("名单已退回", "轮到主办方改好再交。"),
    "correct": ("原来的记录已冲回", "请改好名单，再由别人确认。"),
    "sign_up": ("报名好了", ""),
    "withdraw": ("已取消报名", "名额让给下一位。"),
    "show_code": ("签到码开了", "给到场的人看，活动结束就不能用了。"),
    "hide_code": ("签到码关了", "输过的还在名单上。"),
    "check_in": ("记下了：您到了", "名单由主办方定，别人确认后算服务。"),
}
WRONG_CODES, CODE_MINUTES = 5, 10
WITH_REASON = ("cancel", "send_back", "correct")


@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "activities.view")
    return page_of(request, actor, queries.activity_for(actor, pk))


def page_of(
    request: HttpRequest, actor: Actor, it: Activity, bad: tuple[str, Any] | None = None
) -> HttpResponse:
    """The page; `bad`: the step whose form has to be mended."""
    now = clock_now()
    steps = queries.possible(it, actor)
    forms: dict[str, Any] = {"check_in_form": CodeForm()}
    forms |= {f"{e}_form": ReasonForm() for e in (*WITH_REASON, "confirm")}
    if bad:
        forms[f"{bad[0]}_form"] = bad[1]
    light = actor.role == "member"
    late = rules.lateness(it.end_at, now) if it.state == "finished" else ""
    card = queries.cards([it], actor, now)[0]
    name = "activities/detail_member.html" if light else "activities/detail.html"
    parts = [(p, fitting.words_of(it, p.member)) for p in queries.parts(it, actor)]
    return render(request, name, {
        "it": it, "card": card, "steps": steps, "bad": bad and bad[0], "late": late,
        "over": it.end_at < now, "begun": it.start_at <= now,
        "facts": facts(it, card),
        "parts": parts,
        "fit": _fit(actor, it), "may_invite": _may_invite(actor, it, now),
        "numbers": queries.numbers(it), "states": rules.PART_STATES,
        "code_runs": rules.code_runs(it.start_at, it.end_at, now),
        "mine": next((p for p, _ in parts if p.member_id == actor.member_id), None),
        "checked": sum(p.checked_at is not None for p, _ in parts),
        "story": [] if light else queries.story(it, now),
        "may_group": _may_group(actor, it, now),
        "confirm_blocked": it.state == "finished" and "confirm" not in steps,
        "cancel_url": reverse("activities:act", args=[it.pk, "cancel"]), **forms,
    }, status=422 if bad else 200)  # fmt: skip


def _fit(actor: Actor, it: Activity) -> Sequence[Reason]:
    """Whether it fits the member who looks, before they sign up."""
    mine = Member.objects.filter(pk=actor.member_id) if actor.member_id else None
    member = mine.select_related("person").first() if mine else None
    return fitting.reasons_of(it, member) if member and it.state == "published" else ()


def _may_invite(actor: Actor, it: Activity, now: Any) -> bool:
    open_ = it.state == "published" and it.start_at > now
    return open_ and can(actor, "activities.invite", it)


def _may_group(actor: Actor, it: Activity, now: Any) -> bool:
    unit = actor.role.startswith("unit_")
    return unit and it.state == "published" and it.start_at > now


def facts(it: Activity, card: queries.Card) -> list[tuple[str, str]]:
    """What the activity is, as pairs; empty ones are left out."""
    occasion = rules.OCCASIONS[it.occasion]
    if it.occasion_name:
        occasion += f"（{it.occasion_name}）"
    pairs = [
        ("编号", f"活 {it.no}"), ("时间", card.when), ("地点", card.where),
        ("主办", card.host), ("渠道", rules.CHANNELS[it.channel]),
        ("五联类别", rules.JOINT_TYPES[it.joint_type]), ("时机", occasion),
        ("载体", "、".join(card.carriers)), ("中心工作", str(it.aim or it.priority)),
        ("休息", f"{it.break_minutes} 分钟" if it.break_minutes else ""),
        ("名额", f"{it.slots} 人" if it.slots else "不限"),
        ("最好会", fitting.skill_words(it.skills)),
        ("年龄", f"满 {it.min_age} 周岁" if it.min_age else ""),
        ("保险", ("已买" if it.insured else "还没有买") if it.risky else ""),
        ("联系人", " ".join(filter(None, (it.contact, it.phone)))),
        ("居民", f"到场 {it.residents} 人" if it.residents else "可以参加" if it.public else ""),
        ("效果", it.result), ("确认", it.confirmed_by_name),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


# --- planning -------------------------------------------------------------------------


@require_http_methods(POST_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Plan an activity; what has taken place already goes on to its list."""
    actor = actor_for(request, "activities.plan")
    places = planning_places(actor)
    of_unit = actor.role.startswith("unit_")
    form = ActivityForm(
        request.POST or None, places=places, of_unit=of_unit,
        initial=_wanted(request),
    )  # fmt: skip
    done = submitted(request, form, lambda d: services.plan(
        actor=actor, said=form.said(), place_id=d["place"].pk, channel=d["channel"],
        unit_id=d["unit"].pk if d.get("unit") else None,
        client_id=request.POST.get("client_id", ""),
    ))  # fmt: skip
    if done:
        return _planned(request, actor, done.id)
    return render(request, "activities/form.html", {
        "form": form, "groups": groups(form), "places": places, "it": None,
    }, status=status_of(form))  # fmt: skip


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """What the address fills in: the day of the month somebody has tapped."""
    day, occasion = request.GET.get("day", ""), request.GET.get("occasion", "")
    found: dict[str, Any] = {}
    if len(day) == 10:
        found = {"start_at": f"{day}T15:00", "end_at": f"{day}T17:00"}
    if occasion == "party_day":
        found |= {
            "occasion": occasion, "carriers": ["party_day"], "joint_type": "party",
        }  # fmt: skip
    return found


def _planned(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    it = queries.activity_for(actor, pk)
    if it.end_at < clock_now():
        toast(request, f"活 {it.no} 记下了", "请接着记到场名单。")
        return redirect("activities:attendance", pk)
    if "publish" in request.POST:
        services.publish(actor=actor, activity_id=pk)
        toast(request, f"活 {it.no} 已发布", "可以报名了。")
    else:
        toast(request, f"活 {it.no} 存为计划", "发布以后才能报名。", tone="soon")
    return redirect("activities:detail", pk)


GROUPS = {
    "是什么活动": ("title", "place", "channel", "unit", "about"),
    "时间和地点": ("start_at", "end_at", "break_minutes", "venue_id", "spot"),
    "归到哪里": (
        "joint_type",
        "occasion",
        "occasion_name",
        "carriers",
        "aim_id",
        "priority",
    ),
    "谁来参加": (
        "slots",
        "skills",
        "min_age",
        "risky",
        "insured",
        "contact",
        "phone",
        "public",
    ),
}


def groups(form: ActivityForm) -> list[tuple[str, list[Any]]]:
    """The fields by what they are about."""
    return [
        (title, [form[n] for n in names if n in form.fields])
        for title, names in GROUPS.items()
    ]


@require_http_methods(POST_METHODS)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a plan; who has signed up is told of another time or place."""
    actor = actor_for(request, "activities.revise")
    it = queries.activity_for(actor, pk, "revise")
    if it.state not in rules.PLANNED:
        rules.FLOW.step(it.state, "revise")
    form = ActivityForm(
        request.POST or None, places=[it.place], of_unit=it.unit_id is not None, it=it
    )
    done = submitted(request, form, lambda _: services.revise(
        actor=actor, activity_id=pk, said=form.said()
    ))  # fmt: skip
    if done:
        toast(request, "改好了", "时间或地点变了的，报名的人会收到通知。")
        return redirect("activities:detail", pk)
    return render(request, "activities/form.html", {
        "form": form, "groups": groups(form), "it": it, "places": [it.place],
    }, status=status_of(form))  # fmt: skip


# --- the steps ------------------------------------------------------------------------


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """One step. Refused input comes back with the page, 422."""
    if event not in SAID:
        raise NotFound
    if event == "check_in":
        return _check_in(request, pk)
    subject = "participations" if event in ("sign_up", "withdraw") else "activities"
    actor = actor_for(request, f"{subject}.{event}")
    it = queries.activity_for(actor, pk)
    if subject == "participations":
        return _of_member(request, actor, it, event)
    form = ReasonForm(request.POST)
    late = event == "confirm" and rules.lateness(it.end_at, clock_now())
    if event not in WITH_REASON and not late:
        form.fields["reason"].required = False
    queries.activity_for(actor, pk, event)
    done = submitted(request, form, lambda d: _take(actor, it, event, d["reason"]))
    if not done:
        return page_of(request, actor, it, (event, form))
    toast(request, *SAID[event])
    return _back(request, reverse("activities:detail", args=[pk]))


def _take(actor: Actor, it: Activity, event: str, reason: str) -> Any:
    verbs: dict[str, Any] = {
        "publish": services.publish, "cancel": services.cancel,
        "confirm": services.confirm, "send_back": services.send_back,
        "correct": services.correct, "show_code": checking_in.show_code,
        "hide_code": checking_in.hide_code,
    }  # fmt: skip
    bare = event in ("publish", "show_code", "hide_code")
    words = {} if bare else {"reason": reason}
    return verbs[event](actor=actor, activity_id=it.pk, **words)


def _check_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Four digits from the spot; after a few wrong ones one has to wait."""
    actor = actor_for(request, "participations.check_in")
    it = queries.activity_for(actor, pk)
    who = str(actor.account_id)
    if tries("attend", who, CODE_MINUTES) >= WRONG_CODES:
        raise TooMany
    form = CodeForm(request.POST)
    done = submitted(request, form, lambda d: checking_in.check_in(
        actor=actor, activity_id=pk, code=d["code"]
    ))  # fmt: skip
    if not done:
        count_try("attend", who, CODE_MINUTES)
        return page_of(request, actor, it, ("check_in", form))
    toast(request, *SAID["check_in"])
    return redirect("activities:detail", pk)


def _of_member(
    request: HttpRequest, actor: Actor, it: Activity, event: str
) -> HttpResponse:
    """A member for themselves; a host takes a name off."""
    whom = request.POST.get("member", "")
    member_id = actor.member_id if actor.role == "member" else _uuid(whom)
    if member_id is None:
        raise Forbidden("这里由党员本人报名。单位请用“集体报名”。")
    if event == "sign_up":
        done = lists.sign_up(
            actor=actor, activity_id=it.pk, member_id=member_id,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        waits = done.state == "waitlisted"
        toast(
            request, "已排候补" if waits else "报名好了",
            "有人取消就按先后递补，会告诉您。" if waits else queries.when(it, clock_now()),
        )  # fmt: skip
    else:
        lists.withdraw(actor=actor, activity_id=it.pk, member_id=member_id)
        toast(request, *SAID[event])
    return _back(request, reverse("activities:detail", args=[it.pk]))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _back(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return HttpResponseRedirect(back if back and safe else fallback)


__all__ = ["act", "carriers", "detail", "edit", "new"]
