"""Forms of councils: the shape of input only."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model, QuerySet

from baodao.councils import rules
from baodao.people.forms import PlaceChoice, UnitChoice
from baodao.people.models import Unit
from baodao.ui.forms import DateInput, DateTimeInput, Form

if TYPE_CHECKING:
    Choice = forms.ModelChoiceField[Any]
    Many = forms.ModelMultipleChoiceField[Any]
else:
    Choice = forms.ModelChoiceField
    Many = forms.ModelMultipleChoiceField

Places = QuerySet[Any]


class UnitsChoice(Many):
    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, Unit)
        return str(obj)


def text_field(
    label: str, *, required: bool = True, help_text: str = ""
) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2000, required=required, widget=forms.Textarea,
        help_text=help_text,
    )  # fmt: skip


class MeetingForm(Form):
    """`one`: the actor's only community, so that there is nothing to choose."""

    place = PlaceChoice(label="社区", queryset=None)
    title = forms.CharField(label="会议名称", max_length=60)
    held_at = forms.DateTimeField(label="时间", widget=DateTimeInput())
    room = forms.CharField(label="地点", max_length=60, required=False)
    topics_until = forms.DateField(
        label="议题截止", widget=DateInput(), required=False,
        help_text="不填就是开会前3天。",
    )  # fmt: skip

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = places
        only = places[:2]
        if len(only) == 1:
            field.initial = only[0].pk
            field.widget = forms.HiddenInput()


class MoveForm(Form):
    held_at = forms.DateTimeField(label="改到", widget=DateTimeInput())
    room = forms.CharField(label="地点", max_length=60, required=False)


class ReasonForm(Form):
    """`label` and `help_text` say what it is for and who reads it."""

    reason = text_field("原因")

    def __init__(
        self, *args: Any, label: str = "原因", help_text: str = "单位看得到。",
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text


class TopicForm(Form):
    title = forms.CharField(label="议题", max_length=80)
    text = text_field(
        "情况和建议", required=False, help_text="不写个人信息，会上大家都看得到。"
    )


class ReplyForm(Form):
    """`names`: members of the unit, offered while one types."""

    reply = forms.ChoiceField(
        label="谁参加", choices=list(rules.REPLIES.items()), widget=forms.RadioSelect
    )
    attendee = forms.CharField(
        label="参加人", max_length=30, required=False,
        help_text="委托代会的写代会人；负责人参加的写负责人。",
    )  # fmt: skip
    reason = forms.CharField(
        label="请假原因", max_length=200, required=False, help_text="社区看得到。"
    )


class MinutesForm(Form):
    host = forms.CharField(label="主持", max_length=30, required=False)
    recorder = forms.CharField(label="记录", max_length=30, required=False)
    guests = forms.CharField(
        label="列席", max_length=200, required=False,
        help_text="物业、居民代表等，写单位或身份，不写住户姓名。",
    )  # fmt: skip
    minutes = text_field(
        "纪要", required=False, help_text="可以先记到会，纪要稍后再补；定纪要前要写好。"
    )


class ResolutionForm(Form):
    text = forms.CharField(label="议定的事", max_length=200)
    unit = UnitChoice(
        label="承办单位", queryset=None, required=False, empty_label="社区自己办"
    )
    due_on = forms.DateField(label="完成时限", widget=DateInput())
    topic = Choice(
        label="从哪个议题来", queryset=None, required=False, empty_label="会上提出"
    )

    def __init__(
        self, *args: Any, units: Places, topics: Places, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["topic"].queryset = topics  # type: ignore[attr-defined]


class ReportForm(Form):
    result = text_field("办得怎么样", help_text="社区和下次会议看得到，不写个人信息。")
    done_on = forms.DateField(label="办结日期", widget=DateInput(), required=False)


class ReassignForm(Form):
    unit = UnitChoice(label="换给", queryset=None)
    reason = forms.CharField(label="原因", max_length=200, required=False)

    def __init__(self, *args: Any, units: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


# --- part-time members, federations ----------------------------------------------------


class RecommendForm(Form):
    place = PlaceChoice(label="到哪个社区", queryset=None)
    post = forms.CharField(
        label="在单位的职务", max_length=40, help_text="例如：党组书记、局长。"
    )
    task = forms.CharField(
        label="建议分工", max_length=100, required=False,
        help_text="例如：联系老旧小区改造。",
    )  # fmt: skip

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        field.queryset = places  # type: ignore[attr-defined]
        only = list(places[:2])
        if len(only) == 1:
            field.initial = only[0].pk


class SelectForm(Form):
    task = forms.CharField(label="分工", max_length=100, required=False)
    note = forms.CharField(label="说明", max_length=200, required=False)


class WordForm(Form):
    note = forms.CharField(label="说明（可不写）", max_length=200, required=False)


class TermForm(Form):
    valid_from = forms.DateField(label="起", widget=DateInput())
    valid_to = forms.DateField(
        label="止", widget=DateInput(), help_text="一般三年，最长五年。"
    )


class EndForm(Form):
    reason = forms.ChoiceField(
        label="原因",
        choices=[(k, v) for k, v in rules.END_REASONS.items() if k != "place_merged"],
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class FederationForm(Form):
    name = forms.CharField(label="名称", max_length=60)
    head = forms.CharField(label="召集人", max_length=30)
    head_post = forms.CharField(label="召集人职务", max_length=60, required=False)
    valid_to = forms.DateField(label="任期止", widget=DateInput())
    about = text_field("共同做什么", required=False)
    communities = Many(
        label="社区", queryset=None, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    units = UnitsChoice(
        label="成员单位", queryset=None, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(
        self, *args: Any, communities: Places | None, units: Places, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units  # type: ignore[attr-defined]
        if communities is None:
            del self.fields["communities"]
        else:
            self.fields["communities"].queryset = communities  # type: ignore[attr-defined]


class FederationEditForm(Form):
    head = forms.CharField(label="召集人", max_length=30)
    head_post = forms.CharField(label="召集人职务", max_length=60, required=False)
    valid_to = forms.DateField(label="任期止", widget=DateInput())
    about = text_field("共同做什么", required=False)


# --- estates, leaders ---------------------------------------------------------------------


class NoteForm(Form):
    kind = forms.ChoiceField(label="种类", choices=list(rules.NOTE_KINDS.items()))
    on = forms.DateField(label="日期", widget=DateInput())
    attended = forms.IntegerField(label="参加人数", min_value=1, max_value=2000)
    text = text_field("内容", help_text="写做了什么，不写住户姓名。")
    advice = text_field("指导意见", required=False)


class LeaderForm(Form):
    rank = forms.ChoiceField(label="级别", choices=list(rules.LEADER_RANKS.items()))
    post = forms.CharField(label="职务", max_length=40)
    name = forms.CharField(
        label="姓名", max_length=30, required=False, help_text="可以只写职务。"
    )
    point = PlaceChoice(label="联系点", queryset=None)
    valid_from = forms.DateField(label="起", widget=DateInput())

    def __init__(self, *args: Any, points: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = points  # type: ignore[attr-defined]


class VisitForm(Form):
    on = forms.DateField(label="日期", widget=DateInput())
    policy = text_field("宣传的政策", required=False)
    issues = text_field("发现的问题", required=False)
    order_no = forms.CharField(
        label="转成的点单", max_length=20, required=False,
        help_text="问题要派单位办的，先登记点单，再把单号写在这里，例如 1120-05。",
    )  # fmt: skip
    follow_up = text_field("后续安排", required=False)


class FollowUpForm(Form):
    text = text_field("后续情况")
