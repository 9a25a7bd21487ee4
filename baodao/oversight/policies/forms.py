"""Forms of documents: the shape of input only."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from baodao.oversight import rules as levels
from baodao.oversight.policies import rules
from baodao.oversight.policies.queries import role_choices
from baodao.oversight.policies.services import ClauseSaid
from baodao.ui.forms import DateInput, Form

Choices = Iterable[tuple[str, str]]


class PolicyForm(Form):
    """`role`: whose desk; `scopes`: (path, name) of what it may be for."""

    title = forms.CharField(label="标题", max_length=120)
    doc_no = forms.CharField(
        label="文号", max_length=40, required=False, help_text="没有文号可以不填。"
    )
    kind = forms.ChoiceField(
        label="种类", choices=list(rules.KINDS.items()), widget=forms.RadioSelect,
        initial="notice",
    )  # fmt: skip
    effective_on = forms.DateField(label="生效日期", widget=DateInput())
    scope = forms.ChoiceField(
        label="管到哪里",
        help_text="对这个地方和下级的社区、驻在或联系这里的单位和单位的党员有效。",
    )
    summary = forms.CharField(
        label="摘要", max_length=300, widget=forms.Textarea,
        help_text="两三句话，让没有时间看全文的人知道讲什么。",
    )  # fmt: skip
    text = forms.CharField(
        label="正文开头", max_length=3000, required=False, widget=forms.Textarea,
        help_text="条款前面的话，可以不填。条款在下一步一条一条写。",
    )  # fmt: skip
    to = forms.MultipleChoiceField(
        label="要谁签收", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="发布时每一家收到一条消息，签收“已阅”。不勾就不用签收。",
    )  # fmt: skip
    is_public = forms.BooleanField(
        label="对外公开", required=False,
        help_text="勾了，居民不用登录也看得到全文；原件不公开。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, role: str, scopes: Choices, before: date | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        _choices(self.fields["scope"], scopes)
        below = [(k, levels.TO[k]) for k in levels.BELOW.get(role, ())]
        _choices(self.fields["to"], below)
        if before:
            note = f"上一版{before.month}月{before.day}日生效，在新版生效前一直算数。"
            self.fields["effective_on"].help_text = note


def _choices(field: forms.Field, choices: Choices) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class ClauseForm(Form):
    """`units`: (id, name) of what lies in the scope."""

    title = forms.CharField(label="小标题", max_length=60, required=False)
    text = forms.CharField(label="内容", max_length=2000, widget=forms.Textarea)
    body = forms.CharField(
        label="责任单位", max_length=60, required=False,
        help_text="如：各单位党组织、各社区。",
    )  # fmt: skip
    person = forms.CharField(
        label="责任人", max_length=60, required=False,
        help_text="写职务，不写姓名。如：单位党组织书记。",
    )  # fmt: skip
    role = forms.ChoiceField(
        label="对应的角色", required=False,
        help_text="选了，担任的人打开文件会看到“由您负责”。",
    )  # fmt: skip
    unit = forms.ChoiceField(
        label="对应的单位", required=False, help_text="只由一个单位负责时选。"
    )

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self.fields["role"], [("", "不指定"), *role_choices()])
        _choices(self.fields["unit"], [("", "不指定"), *units])

    def said(self) -> ClauseSaid:
        words = dict(self.cleaned_data)
        unit = words.pop("unit")
        return ClauseSaid(**words, unit=UUID(unit) if unit else None)


class RepealForm(Form):
    on = forms.DateField(label="从哪天起不再执行", widget=DateInput())
    reason = forms.CharField(
        label="为什么废止", max_length=300, widget=forms.Textarea,
        help_text="看到文件的人都看得到。",
    )  # fmt: skip


class FileForm(Form):
    file = forms.FileField(
        label="选文件", help_text="盖章的原件，PDF，最大 4 兆。",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf"}),
        error_messages={"empty": "这个文件是空的。请核对后再选一次。"},
    )  # fmt: skip


class LinkForm(Form):
    """`whats`: (title, [(kind:code, title)]): what may rest on a clause; `clauses`:
    their numbers in words."""

    clause = forms.TypedChoiceField(label="哪一条", coerce=int)
    what = forms.ChoiceField(label="什么依据这一条")

    def __init__(
        self, *args: Any, clauses: Choices, whats: Iterable[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choices(self.fields["clause"], clauses)
        _choices(self.fields["what"], whats)
