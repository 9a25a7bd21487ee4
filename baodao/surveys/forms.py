"""Forms of surveys: the shape of input only; `asking` and the services decide."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms

from baodao.orders.models import Category
from baodao.surveys import rules
from baodao.surveys.asking import LABEL_CHARS, TEXT_CHARS, Question, Wording
from baodao.surveys.entering import Need, Said
from baodao.ui.forms import DateInput, Form


class SurveyForm(Form):
    """A new survey, or title and dates of a draft (`editing`)."""

    source = forms.ChoiceField(
        label="从哪里开始", required=False,
        help_text="照着改最快。问题在下一页写，发布以前随便改。",
    )  # fmt: skip
    title = forms.CharField(
        label="名称", max_length=40, help_text="如 2026年冬季居民需求摸底。"
    )
    why = forms.CharField(
        label="为什么问", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="居民在纸上看得到，入户时念一遍。",
    )  # fmt: skip
    starts_on = forms.DateField(label="开始", widget=DateInput())
    ends_on = forms.DateField(label="截止", widget=DateInput())

    def __init__(
        self,
        *args: Any,
        sources: Sequence[Any] = (),
        editing: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["source"]
        chosen.choices = [("", "一张白纸，自己写"), *sources]
        if editing:
            del self.fields["source"]


class ExtendForm(Form):
    ends_on = forms.DateField(label="截止日期改到", widget=DateInput())


class QuestionForm(Form):
    """One question as it is written."""

    kind = forms.ChoiceField(
        label="怎么答", choices=list(rules.KINDS.items()), widget=forms.RadioSelect,
        initial="one",
    )  # fmt: skip
    label = forms.CharField(label="问什么", max_length=LABEL_CHARS)
    options = forms.CharField(
        label="选项", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="选一项、可多选的才写，一行一个。",
    )  # fmt: skip
    help = forms.CharField(
        label="怎么答的提示", required=False, max_length=80,
        help_text="如 只记有没有，不记姓名。",
    )  # fmt: skip
    required = forms.BooleanField(label="这一题要答", required=False)
    only_if = forms.ChoiceField(label="只在这样答了以后问", required=False)
    sure = forms.BooleanField(label="看过了，这一题不收集这些", required=False)

    def __init__(
        self, *args: Any, conditions: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["only_if"]
        chosen.choices = [("", "都问"), *conditions]

    def wording(self) -> Wording:
        return Wording(**self.cleaned_data)

    @staticmethod
    def initial_of(q: Question) -> dict[str, Any]:
        return {
            "kind": q.kind, "label": q.label, "help": q.help, "required": q.required,
            "options": "\n".join(text for _, text in q.options),
            "only_if": ":".join(q.only_if) if q.only_if else "",
        }  # fmt: skip


class ActForm(Form):
    """`client_id` makes sending it twice harmless (domain 8.35)."""

    client_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"client_id": uuid4().hex, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, initial=initial, **kwargs)


class NeedForm(ActForm):
    """Something to be done for the household: it becomes an order."""

    need = forms.CharField(
        label="有事要办？顺手转成一单", required=False, max_length=400,
        widget=forms.Textarea(attrs={"rows": 2, "data-pii": ""}),
    )  # fmt: skip
    category = forms.ChoiceField(label="类别", required=False)
    urgent = forms.BooleanField(label="急，要当天办", required=False)
    public = forms.BooleanField(
        label="问过居民：同意把这句话贴到心愿墙上", required=False,
        help_text="不勾就不公开，只由社区去找人来办。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["category"]
        rows = Category.objects.values_list("code", "title")
        chosen.choices = [("", "按内容自动归类，核实时可改"), *rows]

    def wanted(self) -> Need:
        d = self.cleaned_data
        return Need(d["need"], d["category"], d["urgent"], d["public"])


class SheetForm(NeedForm):
    """One household: what became of it, and one field per question."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(
        label="问到了吗", choices=list(rules.OUTCOMES.items()), widget=forms.RadioSelect
    )
    how = forms.ChoiceField(
        label="怎么答的", choices=list(rules.HOWS.items()), widget=forms.RadioSelect
    )
    on = forms.DateField(label="哪天", required=False, widget=DateInput())

    def __init__(
        self, *args: Any, questions: Sequence[Question], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for q in questions:
            self.fields[q.key] = _field(q)

    @property
    def asked(self) -> list[tuple[Question, Any]]:
        """(question, its field) in order."""
        return [(q, self[q.key]) for q in self.questions]

    def said(self) -> Said:
        d = self.cleaned_data
        raw = {q.key: d.get(q.key) for q in self.questions}
        return Said(d["outcome"], d["how"], d["on"], raw, self.wanted())


def _field(q: Question) -> forms.Field:
    """Never required here: what is not asked after another answer is not wanted, which
    `asking` knows."""
    shared: dict[str, Any] = {"label": q.label, "help_text": q.help, "required": False}
    if q.kind == "text":
        return forms.CharField(
            max_length=TEXT_CHARS, **shared,
            widget=forms.Textarea(attrs={"rows": 2, "data-pii": ""}),
        )  # fmt: skip
    if q.kind == "number":
        return forms.IntegerField(
            min_value=0, max_value=99_999_999, **shared,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )  # fmt: skip
    if q.kind == "date":
        return forms.DateField(widget=DateInput(), **shared)
    if q.kind == "many":
        return forms.MultipleChoiceField(
            choices=list(q.choices), widget=forms.CheckboxSelectMultiple, **shared
        )
    return forms.ChoiceField(
        choices=list(q.choices), widget=forms.RadioSelect, **shared
    )


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
