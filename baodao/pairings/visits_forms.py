"""Forms of visits. Shape of input only; the services decide."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms

from baodao.core.errors import BaodaoError, Invalid
from baodao.pairings import visits_flow, visits_rules
from baodao.pairings.models import Visit
from baodao.pairings.visits_services import Report
from baodao.ui.forms import DateInput, Form

NEED_CHARS = 400


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def _words(label: str, *, required: bool = False, rows: int = 2) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "data-pii": ""})
    return forms.CharField(
        label=label, required=required, max_length=NEED_CHARS, widget=widget
    )


class ActForm(Form):
    """A form of one act. `client_id` makes sending it twice harmless, also when the
    first answer was lost on the way (domain 8.35)."""

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


# 怎么访的: the ways to meet, and the two ends without a talk.
HOWS = {**visits_flow.METHODS, "nobody_home": "没人在家", "declined": "对方说不用"}


class VisitForm(ActForm):
    """What a member says after a visit: everything is filled in beforehand, so that
    the usual one is sent with one tap (L39, L40)."""

    DAYS = (("today", "今天"), ("yesterday", "昨天"), ("other", "选日期"))

    day = forms.ChoiceField(label="哪天", choices=DAYS, widget=forms.RadioSelect)
    on = forms.DateField(label="日期", required=False, widget=DateInput)
    how = forms.ChoiceField(
        label="怎么访的", choices=list(HOWS.items()), widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label="说了什么", choices=list(visits_rules.CHIPS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    need = _words("有事要办？顺手转成一单")
    urgent = forms.BooleanField(label="急，要当天办", required=False)
    at = forms.TimeField(label="几点去的", required=False, widget=TimeInput)
    minutes = forms.TypedChoiceField(
        label="多久", coerce=int, empty_value=None, required=False,
        choices=[(n, f"{n} 分钟" if n else "没记") for n in visits_rules.MINUTES],
    )  # fmt: skip
    companion = forms.CharField(label="同去的大人", required=False, max_length=20)
    partner = forms.ChoiceField(
        label="一起去的结对党员", required=False, widget=forms.RadioSelect
    )
    follow = _words("下次要记着的")
    reason = _words("为什么晚记")

    def __init__(
        self, data: Any, *, today: date, minor: bool = False, phone_only: bool = False,
        partners: Sequence[tuple[UUID, str]] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        initial = {
            "day": "today", "how": "phone" if phone_only else "in_person",
            "topics": list(visits_rules.USUAL_TOPICS), "partner": "",
            **(kwargs.pop("initial", None) or {}),
        }  # fmt: skip
        super().__init__(data, initial=initial, **kwargs)
        self.today, self.minor = today, minor
        names = [(str(pk), name) for pk, name in partners]
        self.fields["partner"].choices = [("", "没有"), *names]  # type: ignore[attr-defined]
        if phone_only:
            self.fields["how"].help_text = "这一户只愿意打电话，不要上门。"

    @property
    def has_partners(self) -> bool:
        return len(self.fields["partner"].choices) > 1  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("day") == "other" and not said.get("on"):
            self.add_error("on", "请选是哪一天。")
        return said

    @property
    def visited_on(self) -> date:
        """The day that was said; a date wins where one was picked."""
        said = self.cleaned_data
        if said["day"] == "other":
            on: date = said["on"]
            return on
        return self.today - timedelta(days=said["day"] == "yesterday")

    def report(self) -> Report:
        """The visit as the services take it."""
        said = self.cleaned_data
        how = said["how"]
        return Report(
            on=self.visited_on,
            method=how if how in visits_flow.METHODS else "in_person",
            outcome=how if how in visits_flow.OUTCOMES else "met",
            topics=tuple(said["topics"]) if how in visits_flow.METHODS else (),
            need=said["need"], urgent=said["urgent"], at=said["at"], minutes=said["minutes"] or 0,
            companion=said["companion"].strip(), partner_id=_id(said.get("partner")),
            follow=said["follow"], reason=said["reason"],
        )  # fmt: skip


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


class PaperForm(VisitForm):
    """The same from paper or told on the telephone; `signed` when the household has
    signed the sheet, which confirms it (L50)."""

    entry = forms.ChoiceField(
        label="怎么来的", widget=forms.RadioSelect,
        choices=[(k, v) for k, v in visits_flow.ENTRIES.items() if k != "self"],
    )  # fmt: skip
    by = forms.ChoiceField(label="谁去的", widget=forms.RadioSelect, required=False)
    signed = forms.BooleanField(label="住户已在纸上签字或按手印", required=False)

    def __init__(
        self, data: Any, *, visitors: Iterable[tuple[UUID, str]] = (), **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"entry": "paper", **(kwargs.get("initial") or {})}
        super().__init__(data, **kwargs)
        names = [(str(pk), name) for pk, name in visitors]
        self.fields["by"].choices = names  # type: ignore[attr-defined]
        self.initial["by"] = names[0][0] if names else ""

    @property
    def visitor_id(self) -> UUID | None:
        return _id(self.cleaned_data.get("by"))


class AmendForm(VisitForm):
    """A visit as it stands, to be put right: the need that became an order and who
    went along are not changed here."""

    def __init__(self, data: Any, *, visit: Visit, today: date) -> None:
        how = visit.method if visit.outcome == "met" else visit.outcome
        initial = {
            "day": "other", "on": visit.visited_on, "how": how,
            "topics": list(visit.topics), "at": visit.started_at,
            "minutes": visit.minutes, "companion": visit.companion,
            "follow": visit.note,
        }  # fmt: skip
        super().__init__(
            data, today=today, minor=visit.pairing.focus == "minor",
            phone_only=visit.pairing.phone_only, initial=initial,
        )  # fmt: skip
        for name in ("need", "urgent", "partner"):
            del self.fields[name]
        hows = [(k, v) for k, v in HOWS.items() if k != "nobody_home"]
        self.fields["how"].choices = hows  # type: ignore[attr-defined]
        self.fields["reason"].label = "为什么改"
        self.fields["reason"].required = True

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        return {"need": "", "urgent": False, "partner": "", **said}


class RefuseForm(ActForm):
    reason = forms.ChoiceField(
        label="怎么回事",
        choices=list(visits_flow.REFUSED.items()),
        widget=forms.RadioSelect,
    )
    note = _words("补充一句")


class VoidForm(ActForm):
    reason = forms.ChoiceField(
        label="查明是怎么回事",
        choices=list(visits_flow.REFUSED.items()),
        widget=forms.RadioSelect,
    )
    note = _words("怎么查明的", required=True)


class ConfirmForm(ActForm):
    how = forms.ChoiceField(
        label="怎么确认的", widget=forms.RadioSelect, initial="call",
        choices=[(k, visits_flow.CONFIRMED_HOW[k]) for k in visits_flow.BY_STAFF],
    )  # fmt: skip


class NeedForm(ActForm):
    """Somebody asks for a visit."""

    urgent = forms.BooleanField(label="急，请尽快来", required=False)
    note = _words("什么事")
