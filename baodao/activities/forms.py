"""Forms of activities: the shape of input only."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q

from baodao.activities import carriers, plans, rules
from baodao.activities.models import Activity, Participation, Priority, Venue
from baodao.core.clock import ZONE, today
from baodao.people.choices import SKILLS
from baodao.people.forms import PLEASE, UnitChoice
from baodao.people.models import Unit
from baodao.people.queries import units_at
from baodao.places.models import Place
from baodao.places.settings import ancestors
from baodao.ui.forms import DateInput, DateTimeInput, Form, PhoneInput


def _moment(label: str, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=DateTimeInput(), **more)


def _skills() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="最好会", choices=list(SKILLS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="用来找合适的人。不会的也能报名，由您安排做什么。",
    )  # fmt: skip


def _min_age() -> forms.IntegerField:
    return forms.IntegerField(
        label="年龄下限", min_value=1, max_value=80, required=False,
        help_text="系统里不存年龄，报名的人自己看。",
    )  # fmt: skip


RISKY = "有一定风险（登高、除雪、水边等）"


class ActivityForm(Form):
    """`places`: the communities to choose from; `host`: whether the host is chosen
    (a community may plan for one of its units)."""

    title = forms.CharField(label="活动名称", max_length=60)
    place = forms.ModelChoiceField(
        label="在哪个社区（村）", queryset=Place.objects.none(), empty_label=PLEASE
    )
    channel = forms.ChoiceField(
        label="算哪个渠道", choices=list(rules.CHANNELS.items()),
        widget=forms.RadioSelect,
        help_text="单位组织党员到联系点，算“单位联系点”；党员在居住社区参加的，算“居住地”。定了不能改，一场只算一次。",
    )  # fmt: skip
    unit = UnitChoice(
        label="主办单位", queryset=Unit.objects.none(), required=False,
        empty_label="社区主办",
    )  # fmt: skip
    start_at = _moment("开始")
    end_at = _moment("结束")
    break_minutes = forms.IntegerField(
        label="中间休息（分钟）", min_value=0, max_value=600, initial=0, required=False
    )
    venue_id = forms.ChoiceField(label="场地", required=False)
    spot = forms.CharField(
        label="具体地点", max_length=60, required=False, help_text="如 3 号楼前小广场。"
    )
    joint_type = forms.ChoiceField(
        label="五联类别", choices=list(rules.JOINT_TYPES.items()), initial="other"
    )
    occasion = forms.ChoiceField(
        label="结合什么时机", choices=list(rules.OCCASIONS.items()), initial="daily"
    )
    occasion_name = forms.CharField(
        label="什么月份、节日", max_length=20, required=False,
        help_text="如 学雷锋月、藏历新年。",
    )  # fmt: skip
    carriers = forms.MultipleChoiceField(
        label="载体", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="可以选几个。一场活动在总数里只算一次，在每个载体里各算一次。",
    )  # fmt: skip
    aim_id = forms.ChoiceField(
        label="对应的中心工作", required=False,
        help_text="县（区）列出的；年度计划按它算完成了几场。",
    )  # fmt: skip
    priority = forms.CharField(label="对应的中心工作", max_length=40, required=False)
    slots = forms.IntegerField(
        label="名额", min_value=1, max_value=10_000, required=False,
        help_text="不填就不限。报满以后排候补，有人取消按先后递补。",
    )  # fmt: skip
    skills = _skills()
    min_age = _min_age()
    risky = forms.BooleanField(label=RISKY, required=False)
    insured = forms.BooleanField(
        label="已买保险", required=False, help_text="有风险的，买了保险才能发布。"
    )
    about = forms.CharField(
        label="做什么、带什么", max_length=500, required=False, widget=forms.Textarea
    )
    contact = forms.CharField(label="联系人", max_length=20, required=False)
    phone = forms.CharField(
        label="联系电话", max_length=20, required=False, widget=PhoneInput(),
        help_text="报名的人看得到，请填办公电话。",
    )  # fmt: skip
    public = forms.BooleanField(label="居民也可以参加，在公开页上列出", required=False)

    def __init__(
        self, *args: Any, places: Sequence[Place], of_unit: bool,
        it: Activity | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if it is not None:
            kwargs["initial"] = _initial(it)
        super().__init__(*args, **kwargs)
        paths = [p.path for p in places]
        if it is not None:
            # Decided when it was planned.
            for name in ("place", "channel", "unit"):
                del self.fields[name]
        else:
            self._offer_places(places, of_unit)
        self._offer(paths, it)

    def _offer_places(self, places: Sequence[Place], of_unit: bool) -> None:
        chosen: Any = self.fields["place"]
        chosen.queryset = Place.objects.filter(pk__in=[p.pk for p in places])
        if len(places) == 1:
            self.initial.setdefault("place", places[0].pk)
        self.initial.setdefault("channel", "unit" if of_unit else "residence")
        if of_unit:
            del self.fields["unit"]
        else:
            units: Any = self.fields["unit"]
            units.queryset = (
                units_at(places[0].path) if len(places) == 1 else Unit.objects.none()
            )
            if len(places) != 1:
                del self.fields["unit"]

    def _offer(self, paths: Sequence[str], it: Activity | None) -> None:
        around = {a for p in paths for a in ancestors(p)}
        venues = Venue.objects.filter(
            Q(path__in=around) | Q(path__in=paths), retired=False
        )
        rows = venues.select_related("place").order_by("path", "name")
        listed = [
            (str(v.pk), f"{v.name}（{v.opens:%H:%M}–{v.closes:%H:%M}）") for v in rows
        ]
        chosen: Any = self.fields["venue_id"]
        chosen.choices = [("", "不用场地，写具体地点"), *listed]
        known = carriers.offered(paths[0] if len(paths) == 1 else "")
        every = carriers.names()
        mine = {c: every.get(c, c) for c in it.carriers} if it else {}
        offered: Any = self.fields["carriers"]
        offered.choices = list({**known, **mine}.items())
        self._offer_aims(paths, it)

    def _offer_aims(self, paths: Sequence[str], it: Activity | None) -> None:
        """The central work of the year; where none is listed, a line of one's own."""
        found = Priority.objects.filter(
            path__in={a for p in paths for a in ancestors(p)}, year=today().year,
            retired=False,
        )  # fmt: skip
        known = {p.pk: p.title for p in found.order_by("path", "created_at")}
        if it is not None and it.aim:
            known.setdefault(it.aim.pk, it.aim.title)
        if known:
            chosen: Any = self.fields["aim_id"]
            listed = [(str(k), t) for k, t in known.items()]
            chosen.choices = [("", "不对应"), *listed]
        else:
            del self.fields["aim_id"]
        if known and not (it is not None and it.priority):
            del self.fields["priority"]

    def said(self) -> plans.Said:
        """What the form says. Call when it is valid."""
        d = dict(self.cleaned_data)
        for name in ("place", "channel", "unit"):
            d.pop(name, None)
        venue, aim = d.pop("venue_id"), d.pop("aim_id", "")
        d["break_minutes"] = d["break_minutes"] or 0
        return plans.Said(
            venue_id=UUID(venue) if venue else None,
            aim_id=UUID(aim) if aim else None, **d,
        )  # fmt: skip


def _initial(it: Activity) -> dict[str, Any]:
    found = {n: getattr(it, n) for n in ActivityForm.base_fields if hasattr(it, n)}
    start, end = it.start_at.astimezone(ZONE), it.end_at.astimezone(ZONE)
    return found | {
        "start_at": start, "end_at": end, "venue_id": str(it.venue_id or ""),
        "aim_id": str(it.aim_id or ""),
    }  # fmt: skip


class ReasonForm(Form):
    """Why: for cancelling, sending back, correcting, and what is confirmed late."""

    reason = forms.CharField(
        label="为什么", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class SheetForm(Form):
    """What is the same for all names of a list."""

    start_at = _moment("实际开始")
    end_at = _moment("实际结束", help_text="路上的时间不算。")
    break_minutes = forms.IntegerField(
        label="中间休息（分钟）", min_value=0, max_value=600, required=False
    )
    names = forms.CharField(
        label="补上没报名就来的党员", required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一个，写姓名或志愿者编号，可以照着纸质签到表抄。",
    )  # fmt: skip
    residents = forms.IntegerField(
        label="到场居民（只记人数）", min_value=0, max_value=100_000, required=False
    )
    on_paper = forms.BooleanField(label="按纸质签到表补录", required=False)
    result = forms.CharField(
        label="办得怎么样", max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 2}), help_text="一两句话，进台账。",
    )  # fmt: skip

    def __init__(self, *args: Any, it: Activity, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {
            "start_at": it.start_at.astimezone(ZONE), "end_at": it.end_at.astimezone(ZONE),
            "break_minutes": it.break_minutes, "residents": it.residents,
            "on_paper": it.on_paper, "result": it.result,
        })  # fmt: skip
        super().__init__(*args, **kwargs)


class RowForm(Form):
    """One name: came, excused, did not come; own times where they differ."""

    state = forms.ChoiceField(
        label="到场", widget=forms.RadioSelect,
        choices=[("attended", "到场"), ("excused", "请假"), ("no_show", "没来")],
        error_messages={"required": "请点到场、请假或没来。"},
    )  # fmt: skip
    start = forms.TimeField(
        label="来的时间", required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    end = forms.TimeField(
        label="走的时间", required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, part: Participation, it: Activity, by_code: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """`by_code`: some have typed the code, so whoever has not is asked about."""
        self.part = part
        there = part.state in ("attended", "signed_up", "waitlisted")
        super().__init__(
            *args, prefix=f"p-{part.pk}",
            initial={
                "state": "attended" if there else part.state,
                "start": _other(part.start_at, it.start_at),
                "end": _other(part.end_at, it.end_at),
            }, **kwargs,
        )  # fmt: skip
        if part.state == "waitlisted":
            self.initial["state"] = "excused"
        if part.checked_at and part.state in rules.COMING:
            self.initial["state"] = "attended"
        elif by_code and part.state == "signed_up":
            self.initial["state"] = None

    def mark(self, sheet_start: datetime, sheet_end: datetime) -> plans.Mark:
        """What this row says, its times on the local days of the activity."""
        d = self.cleaned_data
        start = _at(d["start"], sheet_start.astimezone(ZONE).date())
        end = _at(d["end"], sheet_end.astimezone(ZONE).date())
        return plans.Mark(self.part.member_id, d["state"], start, end)


def _other(at: datetime | None, usual: datetime) -> Any:
    return at.astimezone(ZONE).time() if at and at != usual else None


def _at(clock: Any, day: date) -> datetime | None:
    return datetime.combine(day, clock, ZONE) if clock else None


class CodeForm(Form):
    code = forms.CharField(
        label="签到码", max_length=4, widget=forms.TextInput(attrs={
            "inputmode": "numeric", "autocomplete": "off", "placeholder": "现场的 4 位数字",
        }),
    )  # fmt: skip


class VenueForm(Form):
    name = forms.CharField(label="名称", max_length=40)
    kind = forms.ChoiceField(label="类别", choices=list(rules.VENUE_KINDS.items()))
    address = forms.CharField(label="位置", max_length=80, required=False)
    capacity = forms.IntegerField(
        label="能容纳多少人", min_value=1, max_value=100_000, required=False
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="哪几天开放", choices=list(rules.WEEKDAYS.items()), coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    opens = forms.TimeField(
        label="开门", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label="关门", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    phone = forms.CharField(
        label="公开电话", max_length=20, required=False, widget=PhoneInput()
    )
    retired = forms.BooleanField(label="停用", required=False)


class CarrierForm(Form):
    name = forms.CharField(label="名称", max_length=30)
    note = forms.CharField(label="说明", max_length=100, required=False)
    retired = forms.BooleanField(
        label="停用", required=False, help_text="以前的活动仍按这个载体统计。"
    )


class PriorityForm(Form):
    title = forms.CharField(label="中心工作", max_length=40)
    note = forms.CharField(label="说明", max_length=100, required=False)
    retired = forms.BooleanField(
        label="不再列出", required=False, help_text="已经算进去的活动不变。"
    )


class PostForm(Form):
    title = forms.CharField(label="岗位名称", max_length=40)
    mode = forms.ChoiceField(
        label="方式", choices=list(rules.MODES.items()), widget=forms.RadioSelect,
        initial="fixed",
    )  # fmt: skip
    about = forms.CharField(
        label="做什么", max_length=300, required=False, widget=forms.Textarea
    )
    spot = forms.CharField(label="在哪里", max_length=60, required=False)
    schedule = forms.CharField(
        label="什么时候", max_length=60, required=False, help_text="如 每周六上午。"
    )
    quota = forms.IntegerField(label="要几个人", min_value=1, max_value=500, initial=1)
    term_months = forms.IntegerField(
        label="任期（月）", min_value=1, max_value=36, initial=12
    )
    due_on = forms.DateField(
        label="到哪天做成", required=False, widget=DateInput(), help_text="承诺的要填。"
    )
    skills = _skills()
    min_age = _min_age()
    risky = forms.BooleanField(label=RISKY, required=False)
    insured = forms.BooleanField(
        label="已买保险", required=False, help_text="有风险的，买了保险才能招人。"
    )
    contact = forms.CharField(label="联系人", max_length=20, required=False)
    phone = forms.CharField(
        label="联系电话", max_length=20, required=False, widget=PhoneInput(),
        help_text="请填办公电话。",
    )  # fmt: skip


class PromiseForm(Form):
    promise = forms.CharField(
        label="我打算怎么做", max_length=200, required=False,
        widget=forms.Textarea(attrs={"rows": 2}), help_text="领办、承诺的要写，社区看得到。",
    )  # fmt: skip


class TurnForm(Form):
    start_at = _moment("什么时候去的")
    end_at = _moment("什么时候做完")
    note = forms.CharField(label="做了什么", max_length=200, required=False)


class EndHoldingForm(Form):
    reason = forms.ChoiceField(label="原因", widget=forms.RadioSelect)

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = (
            ("resigned", "done", "moved")
            if own
            else ("resigned", "term", "done", "moved", "review")
        )
        chosen: Any = self.fields["reason"]
        chosen.choices = [(c, rules.END_REASONS[c]) for c in codes]


class ReviewForm(Form):
    text = forms.CharField(
        label="评议", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="这半年做得怎么样，本人看得到。",
    )  # fmt: skip
