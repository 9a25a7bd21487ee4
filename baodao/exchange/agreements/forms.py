"""Shape of input of agreements and deeds."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from baodao.core.clock import today
from baodao.exchange.agreements import plans, rules, voices
from baodao.exchange.agreements.plans import Item, Text
from baodao.exchange.forms import StepForm, choice, day, select, words
from baodao.exchange.models import Agreement, AgreementItem
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS, USUAL
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.ui.forms import Form

ROWS = 4


class AgreementForm(Form):
    """What an agreement says beside its items. `last_day`: people write the last day,
    the product keeps the first day after it."""

    title = forms.CharField(label="名称", max_length=60, initial="共驻共建协议")
    units = forms.MultipleChoiceField(
        label="哪些单位", widget=forms.CheckboxSelectMultiple, required=False,
        help_text="联系点在本社区的单位；几家一起签的，都勾上。",
    )  # fmt: skip
    valid_from = day("从哪天起")
    last_day = day("到哪天止", help_text="一般一年，最长三年，到期可以续签。")
    community_contact = forms.CharField(
        label="社区联系人", max_length=40, required=False, help_text="写姓名就行。"
    )
    unit_contact = forms.CharField(label="单位联系人", max_length=40, required=False)
    community_side = words("社区的责任", required=False)
    unit_side = words("单位的责任", required=False)
    project = forms.CharField(
        label="年度党建合作项目", max_length=100, required=False,
        help_text="可以先空着，商定以后在“年度项目”里立。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, units: Mapping[UUID, str], fixed: UUID | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fixed = fixed
        field = self.fields["units"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(k), v) for k, v in units.items()]
        if fixed:
            del self.fields["units"]

    def unit_ids(self) -> list[UUID]:
        if self.fixed:
            return [self.fixed]
        return [UUID(pk) for pk in self.cleaned_data["units"]]


class ItemForm(Form):
    """One row; an empty row is no row."""

    title = forms.CharField(label="内容", max_length=80, required=False)
    joint_type = select("五联", JOINT_TYPES, required=False)
    mechanism = select("四共", MECHANISMS, "按类别", required=False)
    cadence = select("多久一次", rules.CADENCES, required=False)
    unit = select("谁来做", {}, required=False)
    estate = select("在哪个小区", {}, required=False)

    def __init__(
        self, *args: Any, units: Mapping[UUID, str], estates: Mapping[UUID, str],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, known, empty in (
            ("unit", units, "第一家单位"), ("estate", estates, "不在小区里"),
        ):  # fmt: skip
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", empty), *((str(k), v) for k, v in known.items())]
        if len(units) < 2:
            del self.fields["unit"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("title") and data.get("estate"):
            raise ValidationError({"title": "请写内容。"})
        return data

    def item(self) -> Item | None:
        data = self.cleaned_data
        if not data["title"].strip():
            return None
        kind = data["joint_type"] or "party"
        return Item(
            title=data["title"], joint_type=kind,
            mechanism=data["mechanism"] or USUAL[kind],
            cadence=data["cadence"] or "once", unit_id=_id(data.get("unit")),
            estate_id=_id(data["estate"]),
        )  # fmt: skip


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None


class Sheet:
    """The whole page: the text, and rows of items, as many as were sent or kept and a
    few empty ones. 再加几行 sends the page back longer, without scripts."""

    def __init__(
        self, data: QueryDict | None, place: Place, units: Mapping[UUID, str],
        fixed: UUID | None, kept: Agreement | None = None, renews: bool = False,
    ) -> None:  # fmt: skip
        estates = {
            p.id: p.name
            for p in Place.objects.filter(
                path__startswith=place.path, level=7, valid_to=None
            ).order_by("path")
        }
        self.names = {"units": units, "estates": estates}
        self.more = data is not None and "more" in data
        self.form = AgreementForm(
            data, units=units, fixed=fixed, initial=_initial(kept, renews)
        )
        self.rows = self._sent(data) if data else self._kept(kept)

    def _kept(self, kept: Agreement | None) -> list[ItemForm]:
        rows = kept.items.filter(edition=kept.edition) if kept else ()
        found = [
            ItemForm(initial=_row(item), prefix=f"item-{n}", **self.names)
            for n, item in enumerate(rows)
        ]
        return [*found, *self._empty(len(found), 1 if found else ROWS)]

    def _sent(self, data: QueryDict) -> list[ItemForm]:
        sent = {k.split("-")[1] for k in data if k.startswith("item-")}
        numbers = sorted(int(n) for n in sent if n.isdigit())[: rules.MAX_ITEMS]
        found = [ItemForm(data, prefix=f"item-{n}", **self.names) for n in numbers]
        return [*found, *(self._empty(len(found), ROWS) if self.more else ())]

    def _empty(self, start: int, n: int) -> list[ItemForm]:
        end = min(start + n, rules.MAX_ITEMS)
        return [ItemForm(prefix=f"item-{i}", **self.names) for i in range(start, end)]

    @property
    def full(self) -> bool:
        return len(self.rows) >= rules.MAX_ITEMS

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.rows]
        return self.form.is_valid() and all(rows)

    def text(self) -> Text:
        said = dict(self.form.cleaned_data)
        said.pop("units", None)
        last = said.pop("last_day")
        items = [item for row in self.rows if (item := row.item())]
        return Text(**said, valid_to=last + timedelta(days=1), items=items)


def _row(item: AgreementItem) -> dict[str, Any]:
    return {
        "title": item.title, "joint_type": item.joint_type, "mechanism": item.mechanism,
        "cadence": item.cadence, "unit": str(item.unit_id),
        "estate": str(item.estate_id or ""),
    }  # fmt: skip


def _initial(kept: Agreement | None, renews: bool) -> dict[str, Any]:
    if kept is None:
        return {"valid_from": today(), "last_day": _year_on(today())}
    names = (
        "title", "community_contact", "unit_contact", "community_side", "unit_side",
        "project",
    )  # fmt: skip
    start = max(kept.valid_to, today()) if renews else kept.valid_from
    last = _year_on(start) if renews else kept.valid_to - timedelta(days=1)
    return {
        **{n: getattr(kept, n) for n in names}, "valid_from": start, "last_day": last,
        "units": [str(pk) for pk in kept.unit_ids],
    }  # fmt: skip


def _year_on(start: Any) -> Any:
    return start + timedelta(days=rules.TERM_DAYS - 1)


class EndForm(StepForm):
    reason = choice("为什么", rules.END_CHOICES)
    note = words("说明", help_text="对方看得到。", max_length=300)


class ScanForm(StepForm):
    file = forms.FileField(
        label="选文件", help_text="签好的协议，PDF 或 JPEG，最大 4 兆。只拍纸面，不拍人。",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg"}),
        error_messages={"empty": "这个文件是空的。请核对后再选一次。"},
    )  # fmt: skip


class DeedForm(Form):
    done_on = day("哪天做的")
    said = words(
        "做了什么", help_text="写给社区看，方便确认。不写姓名和电话。", max_length=300
    )
    people = forms.IntegerField(
        label="到场居民大约多少人", min_value=0, max_value=99999, required=False,
        help_text="没有数过可以不填。",
    )  # fmt: skip


class ConfirmForm(StepForm):
    how = choice("怎么确认的", rules.CONFIRMED_HOW, initial="seen")
    note = words("想说的话", required=False, max_length=200, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unseen := voices.tally(self.it).not_seen:
            self.fields["note"].label = "又核实过，情况是"
            self.fields["note"].help_text = plans.looked_again(unseen)


class VoiceForm(StepForm):
    said = choice("居民怎么说", rules.SAID)
    words = words(
        "居民的原话", help_text="可以不写。不写姓名、电话和门牌。", required=False,
        max_length=100, rows=2,
    )  # fmt: skip


def unit_names(units: Iterable[Unit]) -> dict[UUID, str]:
    return {u.id: u.name for u in units}
