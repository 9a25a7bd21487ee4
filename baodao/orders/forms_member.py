"""Forms of a member's acts. Shape of input only; the services decide."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms

from baodao.core.clock import at_local, local, today
from baodao.core.errors import BaodaoError, Invalid
from baodao.orders import rules
from baodao.orders.models import Order
from baodao.orders.plans import Stretch
from baodao.people.models import Member
from baodao.ui.forms import DateInput, Form
from baodao.ui.words import hours

MOST_DAYS_BACK = 30
LONGEST = timedelta(hours=12)


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ActForm(Form):
    """A form of one act. `client_id` makes sending it twice harmless."""

    client_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"client_id": uuid4().hex, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **kwargs)

    def refuse(self, error: BaodaoError) -> None:
        """Show what a service refused, each sentence at its field."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, sentence in fields.items():
            self.add_error(name if name in self.fields else None, sentence)
        if not fields:
            self.add_error(None, error.message)


def words(label: str, *, required: bool = True, rows: int = 2) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "data-pii": ""})
    return forms.CharField(
        label=label, required=required, max_length=400, widget=widget
    )


class ReasonForm(ActForm):
    """Why not: one chip, and words if the person likes."""

    reason = forms.ChoiceField(label="为什么", widget=forms.RadioSelect)
    note = words("补充一句", required=False)

    def __init__(
        self,
        reasons: Mapping[str, str],
        *args: Any,
        must_say: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = list(reasons.items())  # type: ignore[attr-defined]
        self.fields["note"].required = must_say


class NoteForm(ActForm):
    """Something worth knowing, added to the story."""

    text = words("补记什么")


class ExtensionForm(ActForm):
    """More time, asked for once. `longest`: the original span, in hours."""

    HOURS, DAYS = (1, 2, 4, 8, 12), (1, 2, 3, 5, 7, 10, 15)

    hours = forms.TypedChoiceField(label="要多久", coerce=int, widget=forms.RadioSelect)
    note = words("为什么")

    def __init__(self, longest: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [d * 24 for d in self.DAYS]
        if longest <= 24:
            offered = [*self.HOURS, 24]
        offered = [h for h in offered if h <= longest] or [longest]
        self.fields["hours"].choices = [(h, hours(h)) for h in offered]  # type: ignore[attr-defined]
        self.fields["note"].help_text = "居民看得到这句话。"


class DoneForm(ActForm):
    """When, how long, what: everything but the last is filled in beforehand."""

    DAYS = (("today", "今天"), ("yesterday", "昨天"))
    BREAKS = ((0, "没休息"), (15, "15分"), (30, "30分"), (60, "1小时"))

    day = forms.ChoiceField(
        label="哪天", choices=DAYS, widget=forms.RadioSelect, initial="today"
    )
    on = forms.DateField(label="别的日子", required=False, widget=DateInput)
    start = forms.TimeField(label="几点开始", widget=TimeInput)
    end = forms.TimeField(label="几点办完", widget=TimeInput)
    break_minutes = forms.TypedChoiceField(
        label="中间休息",
        choices=BREAKS,
        coerce=int,
        widget=forms.RadioSelect,
        initial=0,
    )
    partner = forms.ModelChoiceField(
        label="一起去的同事", queryset=Member.objects.none(), required=False,
        empty_label="没有，我自己",
    )  # fmt: skip
    note = words("办了什么")

    def __init__(
        self, order: Order, member: Member, now: datetime, *args: Any,
        started: datetime | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs["initial"] = {**_times(now, started), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.order, self.member, self.now = order, member, now
        self.fields["note"].help_text = "写一句就行，居民看得到。不用写姓名和门牌。"
        if member.unit_id:
            others = Member.objects.filter(
                unit_id=member.unit_id, duty_status="on_duty"
            )
            others = others.exclude(id=member.id).select_related("person")
            others = others.order_by("person__pinyin")
            self.fields["partner"].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        here = today(self.now)
        back = timedelta(days=found["day"] == "yesterday")
        day = found.get("on") or here - back
        at = "on" if found.get("on") else "day"
        if not today(self.order.placed_at) <= day <= here:
            self.add_error(at, "请选登记以后、今天以前的日子。")
        elif day < here - timedelta(days=MOST_DAYS_BACK):
            self.add_error(at, f"超过{MOST_DAYS_BACK}天了。请联系社区补记。")
        else:
            self._span(day, found["start"], found["end"])
        return found

    def _span(self, day: date, start: time, end: time) -> None:
        """Over midnight counts as one stretch (domain 8.24); an end before the
        start that would make it a whole day is a slip."""
        self.start_at, self.end_at = at_local(day, start), at_local(day, end)
        if self.end_at <= self.start_at:
            self.end_at += timedelta(days=1)
        if self.end_at - self.start_at > LONGEST:
            self.add_error("end", "办完的时间要晚于开始。请再看一下。")
        elif self.end_at > self.now + timedelta(minutes=1):
            self.add_error("end", "这个时间还没到。请填实际办完的时间。")

    def stretches(self) -> list[Stretch]:
        """Who served from when to when: the member, and a partner if named."""
        people: Iterable[Member | None] = (self.member, self.cleaned_data["partner"])
        return [
            Stretch(
                m.id, m.unit_id, self.start_at, self.end_at,
                self.cleaned_data["break_minutes"],
            )
            for m in people
            if m
        ]  # fmt: skip


def _times(now: datetime, started: datetime | None) -> dict[str, Any]:
    """Till just now, from the moment 开始服务 was tapped, else an hour ago. Just after
    midnight that is a stretch which began yesterday."""
    end = _five(local(now))
    start = _five(local(started)) if started else end - timedelta(hours=1)
    if start >= end or start < end - timedelta(hours=8):
        start = end - timedelta(hours=1)
    day = "today" if start.date() == end.date() else "yesterday"
    return {"day": day, "start": start.time(), "end": end.time()}


def _five(at: datetime) -> datetime:
    """The full five minutes before an instant."""
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


def reasons_for(event: str) -> Mapping[str, str]:
    """The reasons that an act asks for."""
    if event == "question_mark":
        return rules.MARK_REASONS
    return rules.CANNOT_REASONS if event == "cannot_do" else rules.DECLINE_REASONS
