"""Forms of deliberation: the shape of input only."""

from typing import Any

from django import forms

from baodao.councils import rules_deliberation as rules
from baodao.councils.forms import Choice, Places, text_field
from baodao.people.forms import PlaceChoice, UnitChoice
from baodao.ui.forms import DateInput, DateTimeInput, Form


class TalkForm(Form):
    """A topic. `sources`: whose it is, for staff; members bring their own."""

    place = PlaceChoice(label="在哪里", queryset=None)
    title = forms.CharField(label="要商量什么", max_length=60)
    kind = forms.ChoiceField(label="类别", choices=list(rules.KINDS.items()))
    text = text_field("情况和建议", required=False, help_text="不写姓名、电话和门牌。")
    source = forms.ChoiceField(
        label="谁提出", widget=forms.RadioSelect,
        choices=[(k, rules.SOURCES[k]) for k in ("resident", "community")],
        initial="resident", help_text="社区提出的直接列入协商；居民提出的先答复议不议。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, places: Places | None, staff: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not staff:
            del self.fields["source"]
        if places is None:
            del self.fields["place"]
            return
        field = self.fields["place"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = places
        only = list(places[:2])
        if only:
            field.initial = only[0].pk
        if len(only) == 1:
            field.widget = forms.HiddenInput()


class ArrangeForm(Form):
    held_at = forms.DateTimeField(label="时间", widget=DateTimeInput())
    room = forms.CharField(label="地点", max_length=60, required=False)
    residents_asked = forms.CharField(
        label="请哪些居民", max_length=120, required=False,
        help_text="写楼栋或身份，不写姓名，如：1号楼住户代表、物业。",
    )  # fmt: skip


class PublicForm(Form):
    """`required`: an empty text takes it off the board."""

    text = text_field("公开的文字", help_text="不写姓名、电话，看过再公开。")

    def __init__(self, *args: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = required


class OpinionForm(Form):
    """`said`: members on the list, for what was said in the meeting."""

    text = text_field("意见", help_text="不写居民的姓名。")
    how = forms.ChoiceField(
        label="什么时候说的", choices=[(k, rules.HOW[k]) for k in rules.NOTED],
        widget=forms.RadioSelect, initial="resident",
    )  # fmt: skip
    member = Choice(
        label="哪位党员说的", queryset=None, required=False, empty_label="不记是谁"
    )

    def __init__(self, *args: Any, said: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = said  # type: ignore[attr-defined]


class OwnOpinionForm(Form):
    text = text_field("我的意见", help_text="社区和开会的人看得到，不写别人的姓名。")


class ReplyForm(Form):
    """`unit`: who comes is asked of units only."""

    reply = forms.ChoiceField(
        label="来不来", choices=list(rules.REPLIES.items()), widget=forms.RadioSelect
    )
    attendee = forms.CharField(label="谁来", max_length=30, required=False)
    note = forms.CharField(
        label="不来的原因", max_length=100, required=False, help_text="可以不写。"
    )

    def __init__(self, *args: Any, unit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not unit:
            del self.fields["attendee"]


class HeldForm(Form):
    held_at = forms.DateTimeField(label="实际开始", widget=DateTimeInput())
    end_at = forms.DateTimeField(label="实际结束", widget=DateTimeInput())
    residents = forms.IntegerField(
        label="到会居民（人）", min_value=0, max_value=2000, initial=0
    )
    host = forms.CharField(label="主持", max_length=30, required=False)
    recorder = forms.CharField(label="记录", max_length=30, required=False)
    more = text_field(
        "没请就来的党员", required=False,
        help_text="一行一个姓名或志愿者编号，要在本社区报到的。",
    )  # fmt: skip
    minutes = text_field(
        "商量的情况", required=False, help_text="怎么说的、各方的意见，不写居民姓名。"
    )


class TaskForm(Form):
    text = forms.CharField(label="要办什么", max_length=200)
    unit = UnitChoice(
        label="谁来办", queryset=None, required=False, empty_label="社区自己办"
    )
    due_on = forms.DateField(label="完成时限", widget=DateInput())

    def __init__(self, *args: Any, units: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class ResultForm(Form):
    """`said`: (id, words) of members' opinions that may be noted as adopted;
    `proposer`: the name of the member whose topic it is."""

    outcome = forms.ChoiceField(
        label="结果", choices=list(rules.OUTCOMES.items()), widget=forms.RadioSelect
    )
    result = text_field("商量的结果", help_text="参加的人都看得到。")
    reason = text_field("原因", required=False, help_text="没有全部采纳的要写。")
    suggestion_adopted = forms.BooleanField(label="提出的建议被采纳", required=False)
    adopted = forms.MultipleChoiceField(
        label="被采纳的意见", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="记到说的党员名下，一次议事一人只记一次。",
    )  # fmt: skip
    public = text_field(
        "公开的结果", required=False,
        help_text="居民在社区公开页上看到的文字，不写姓名；不填就不公开。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, said: list[tuple[str, str]], proposer: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["adopted"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = said
        if not said:
            del self.fields["adopted"]
        if proposer:
            self.fields["suggestion_adopted"].label = f"{proposer}提出的建议被采纳"
        else:
            del self.fields["suggestion_adopted"]


class OrderForm(Form):
    title = forms.CharField(
        label="公开的标题", max_length=40, help_text="居民和党员看得到。"
    )
    category = Choice(label="类别", queryset=None, empty_label=None)
    detail = text_field("要办什么", help_text="不写姓名、电话。")

    def __init__(self, *args: Any, categories: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories  # type: ignore[attr-defined]
