"""Shape of input only; what is right or wrong is said by the services."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from baodao.core.errors import Conflict, Invalid
from baodao.people.choices import AVAILABILITY, SERVICE_CLASSES, SKILLS
from baodao.people.models import Member
from baodao.places.forms import refuse
from baodao.reporting import rules
from baodao.reporting.models import ReportIn, ReportInItem
from baodao.reporting.plans import CODES, Item, Statement
from baodao.ui.forms import DateInput

ROWS = 3


def _ticks(label: str, known: Mapping[str, str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(known.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class MemberForm(forms.Form):
    """What a member says at report-in; everything may stay empty and be added later."""

    skills = _ticks("会做什么", SKILLS)
    service_classes = _ticks("愿意做哪类服务", SERVICE_CLASSES)
    posts = _ticks("想认领的岗位", rules.POSTS)
    availability = _ticks("什么时候有空", AVAILABILITY)

    def said(self) -> Statement:
        ticked: dict[str, Any] = {n: tuple(self.cleaned_data[n]) for n in CODES}
        return Statement(**ticked)


def card_of(member: Member) -> dict[str, Any]:
    """What the member has said before, to begin the form with."""
    names = ("skills", "service_classes", "availability")
    return {n: getattr(member, n) for n in names}


class OwnForm(MemberForm):
    """A member's own form: only they may agree to be praised by name (domain 9.4)."""

    praise_public = forms.BooleanField(
        label="居民感谢我时，可以公布我的姓名", required=False,
        help_text="不勾就只写“一位党员”。随时可以在“我的”里改。",
    )  # fmt: skip


class HowForm(forms.Form):
    """Entered by somebody else, at the desk or from a paper form."""

    field_order = ("method", "reported_on")
    method = forms.ChoiceField(
        label="怎么来的",
        choices=[("on_behalf", "当面或电话，代为登记"), ("paper", "纸质表，补录")],
        widget=forms.RadioSelect, initial="on_behalf",
    )  # fmt: skip
    reported_on = forms.DateField(
        label="报到日期", required=False, widget=DateInput,
        help_text="补录时写表上的日期；不填就是今天。",
    )  # fmt: skip

    def how(self) -> dict[str, Any]:
        return {n: self.cleaned_data[n] for n in ("method", "reported_on")}


class OnBehalfForm(HowForm, MemberForm):
    """A member's form, entered by somebody else."""


class UnitForm(forms.Form):
    """Head, liaison and head count of the reporting unit; names are asked for when
    it is sent, a draft may lack them."""

    head_name = forms.CharField(label="党组织负责人", max_length=40, required=False)
    liaison_name = forms.CharField(
        label="联络员", max_length=40, required=False, help_text="社区平时找哪一位。"
    )
    head_count = forms.IntegerField(
        label="在职党员数", min_value=0, max_value=99999, initial=0
    )

    def how(self) -> dict[str, Any]:
        """By the unit itself, today: nothing to say."""
        return {}


class UnitOnBehalfForm(HowForm, UnitForm):
    """A unit's form, entered by somebody else."""


class ItemForm(forms.Form):
    """One row of a list. An empty row is no row."""

    title = forms.CharField(label="名称", max_length=60, required=False)
    quantity = forms.CharField(label="数量或内容", max_length=60, required=False)
    conditions = forms.CharField(label="时间、条件", max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("title") and (data.get("quantity") or data.get("conditions")):
            raise ValidationError({"title": "请写名称。"})
        return data


class Rows:
    """The rows of one list (`kind`): as many as were sent or kept, and a few empty
    ones to write on. Works without scripts: 再加几行 sends the page back longer."""

    def __init__(
        self,
        kind: str,
        data: QueryDict | None = None,
        kept: Iterable[ReportInItem] = (),
    ) -> None:
        self.kind = kind
        self.title = rules.ITEM_KINDS[kind]
        self.more = data is not None and data.get("more") == kind
        if data is None:
            have = [
                {n: getattr(item, n) for n in ItemForm.base_fields}
                for item in kept
                if item.kind == kind
            ]
            self.forms = [
                ItemForm(initial=row, prefix=f"{kind}-{i}")
                for i, row in enumerate(have)
            ]
            self._add_empty(1 if have else ROWS)
        else:
            self._read(data)

    def _read(self, data: QueryDict) -> None:
        sent = {k.split("-")[1] for k in data if k.startswith(f"{self.kind}-")}
        numbers = sorted(int(n) for n in sent if n.isdigit())[: rules.MAX_ITEMS]
        self.forms = [ItemForm(data, prefix=f"{self.kind}-{n}") for n in numbers]
        if self.more:
            self._add_empty(ROWS)

    def _add_empty(self, n: int) -> None:
        start = len(self.forms)
        end = min(start + n, rules.MAX_ITEMS)
        self.forms += [ItemForm(prefix=f"{self.kind}-{i}") for i in range(start, end)]

    @property
    def full(self) -> bool:
        return len(self.forms) >= rules.MAX_ITEMS

    def is_valid(self) -> bool:
        return not any(form.errors for form in self.forms if form.is_bound)

    def items(self) -> list[Item]:
        rows = [form.cleaned_data for form in self.forms if form.is_bound]
        return [Item(self.kind, **row) for row in rows if row["title"]]


class UnitSheet:
    """The unit's form with both lists: one page, one statement."""

    def __init__(
        self, data: QueryDict | None = None, it: ReportIn | None = None, *,
        form: type[UnitForm] = UnitForm, head_count: int = 0,
    ) -> None:  # fmt: skip
        kept = it.items.filter(edition=it.edition) if it and data is None else ()
        initial: dict[str, Any] = {"head_count": head_count}
        if it:
            initial = {n: getattr(it, n) for n in UnitForm.base_fields}
        self.form = form(data, initial=initial)
        self.rows = [Rows(kind, data, kept) for kind in rules.ITEM_KINDS]

    @property
    def asks_more(self) -> bool:
        return any(rows.more for rows in self.rows)

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(rows.is_valid() for rows in self.rows)])

    def said(self) -> Statement:
        found = tuple(item for rows in self.rows for item in rows.items())
        said = {n: self.form.cleaned_data[n] for n in UnitForm.base_fields}
        return Statement(items=found, **said)


class NoteForm(forms.Form):
    """A sentence of the community with an acceptance."""

    note = forms.CharField(
        label="接收意见", required=False, max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}), help_text="报到人看得到。可以不写。",
    )  # fmt: skip


class ReturnForm(forms.Form):
    reason = forms.ChoiceField(
        label="为什么退回",
        choices=list(rules.RETURN_REASONS.items()),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="给报到人的说明", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="报到人看得到，比如该去哪个社区。",
    )  # fmt: skip


class EndForm(forms.Form):
    reason = forms.ChoiceField(
        label="为什么结束",
        choices=[(k, v) for k, v in rules.END_CHOICES.items() if k != "moved"],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


FORMS: dict[str, type[forms.Form]] = {
    "accept": NoteForm,
    "return": ReturnForm,
    "end": EndForm,
}


@contextmanager
def attempt(form: forms.Form) -> Iterator[None]:
    """What a service refuses becomes words on the form."""
    try:
        yield
    except Invalid as error:
        refuse(form, error)
    except Conflict as error:
        form.add_error(None, error.message)
