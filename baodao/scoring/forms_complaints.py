"""Forms of complaints: the shape of input only."""

from typing import Any

from django import forms

from baodao.scoring import rules_complaints as rules
from baodao.scoring.forms_deductions import text_field
from baodao.ui.forms import CodeInput, DateInput, Form


class ComplaintForm(Form):
    """What a resident writes, or a worker for one (`noted`)."""

    source = forms.ChoiceField(
        label="怎么来的", widget=forms.RadioSelect, initial="phone",
        choices=[(k, rules.SOURCES[k]) for k in rules.NOTED],
    )  # fmt: skip
    about = forms.ChoiceField(
        label="关于谁", widget=forms.RadioSelect, choices=list(rules.ABOUT.items()),
        initial="service",
        help_text="关于社区工作人员的由乡镇（街道）查，信息被乱用的由个人信息保护负责人查。",
    )  # fmt: skip
    about_words = forms.CharField(
        label="说的是谁", max_length=60, required=False,
        help_text="知道姓名或单位就写，不知道可以不写。",
    )  # fmt: skip
    occurred_on = forms.DateField(label="哪天的事", widget=DateInput())
    words = text_field("发生了什么", help_text="只有查的人看得到。")
    author = forms.CharField(
        label="怎么称呼", max_length=30, required=False, help_text="可以不留。"
    )
    phone = forms.CharField(
        label="电话", max_length=20, required=False,
        help_text="可以不留；留了，查的人可以打来问。",
    )  # fmt: skip

    agreed = forms.BooleanField(
        label="同意把姓名告诉被反映的人", required=False,
        help_text="不勾，对方一直看不到是谁说的。勾了，查实、提了扣分以后，对方看得到怎么称呼您，看不到电话。以后可以撤回。",
    )  # fmt: skip

    def __init__(self, *args: Any, noted: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not noted:
            del self.fields["source"]
            return
        self.fields["agreed"].label = "居民同意把姓名告诉被反映的人"
        self.fields["agreed"].help_text = (
            "问过居民、居民亲口同意的才勾，记您的名字。不勾，对方一直看不到是谁说的。"
            "勾了，查实、提了扣分以后，对方看得到称呼，看不到电话；居民可以撤回。"
        )

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip()
        if phone and sum(c.isdigit() for c in phone) < 7:
            raise forms.ValidationError("电话少了几位。请再看一看，或空着。")
        return phone


class LookForm(Form):
    no = forms.CharField(label="编号", max_length=20, help_text="像 2026-0001 这样。")
    code = forms.CharField(
        label="查询码", max_length=8, help_text="八位数字。", widget=CodeInput()
    )


class HearForm(Form):
    text = text_field("对方怎么说的", help_text="照着写，不写是谁反映的。")


class HandUpForm(Form):
    reason = forms.CharField(
        label="为什么要回避", max_length=300, widget=forms.Textarea,
        help_text="比如说的是自己这里的人、有亲属关系，或是自己提出的。对方看不到。",
    )  # fmt: skip


class DecideForm(Form):
    """`facts`: of what counts on a card; whom it is about reads these words."""

    facts = forms.CharField(
        label="查实的事实", max_length=120, widget=forms.Textarea,
        help_text="对方只看得到这一段。不写居民的姓名和住处。",
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea,
        help_text="怎么查的、凭什么。对方和居民看不到。",
    )  # fmt: skip
    answer = forms.CharField(
        label="给居民的答复", max_length=300, widget=forms.Textarea,
        help_text="居民凭编号和查询码看得到。",
    )  # fmt: skip

    def __init__(self, *args: Any, facts: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not facts:
            del self.fields["facts"]
