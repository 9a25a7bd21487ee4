"""Forms of rule sets: the shape of input only. Points are typed as people write them and
kept in tenths."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from baodao.core.clock import today
from baodao.records.models import CHANNELS, Record
from baodao.scoring import rules_counting as counting
from baodao.scoring.defaults import rows
from baodao.scoring.rules_rates import LOW, RATES
from baodao.ui.forms import DateInput, Form


class PointsField(forms.DecimalField):
    """Points with one decimal; the value is tenths."""

    def __init__(self, label: str, *, most: int = 100, **kwargs: Any) -> None:
        super().__init__(
            label=label, min_value=0, max_value=most, max_digits=4, decimal_places=1, **kwargs
        )  # fmt: skip

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 10:g}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else int(found * 10)


def select_choices() -> list[tuple[str, str]]:
    """What rules may count: kinds of the record book, and those of their classes that a
    rule has ever named."""
    named = {s for row in rows() for s in row["selects"]} | set(LOW)
    found = [(k, title) for k, title in Record.KINDS.items()]
    found += [(s, _class_title(s)) for s in sorted(named) if ":" in s]
    return sorted(found)


CLASSES = {
    "suggestion_adopted": "建议被采纳", "post_held": "岗位认满半年", "mediation": "化解纠纷",
    "commendation": "表扬表彰", "on_demand": "有事走访", "first": "同一居民本季度第一次",
    "visit_month": "每月走访", "visit_festival": "节日走访", "visit_need": "有事走访",
    "lists": "季度清单", "project_quota": "年度合作项目", "problem_quota": "重点难点问题",
    "meeting_attendance": "参加联席会议", "not_reported": "没有报到",
    "not_reported_month": "没有报到，每多一个月", "abandoned": "认领了又不办",
    "no_show": "报名没来", "complaint": "差评核实", "false_record": "记录不实",
    "emergency": "应急无故不到", "no_agreement": "没签协议", "order_overdue": "点单超时或无故退回",
    **RATES, **{key.split(":")[1]: f"{title}低于标准" for key, title in LOW.items()},
}  # fmt: skip


def _class_title(select: str) -> str:
    kind, name = select.split(":")
    return f"{Record.KINDS[kind]}：{CLASSES.get(name, name)}"


# What of a rule is asked for, by its measure; the rest is as the model has it.
ASKED = {
    "minutes": ("per", "min_minutes"),
    "each": ("at_least", "min_minutes"),
    "months": (),
    "level": (),
    "shortfall": ("per", "threshold"),
}
PLAIN = {"per": 1, "threshold": 0, "at_least": 0, "min_minutes": 0, "own": False}


class RuleForm(Form):
    """One line of a draft; `fresh`: a new one, which also gets its number and side.
    Asks for what its measure and subject need; another measure that is sent may need
    more, and then asks for it. `groups`: with what it may share a cap."""

    code = forms.RegexField(
        r"^[A-Z][A-Z0-9_]{2,39}$", label="编号", help_text="大写字母、数字和下划线，如 M_ADD_LIBRARY。",
        error_messages={"invalid": "只用大写字母、数字和下划线，以字母开头。"},
    )  # fmt: skip
    subject = forms.ChoiceField(
        label="给谁记",
        choices=list(counting.SUBJECTS.items()),
        widget=forms.RadioSelect,
    )
    sign = forms.TypedChoiceField(
        label="加还是减", coerce=int, choices=[(1, "加分"), (-1, "减分")],
        widget=forms.RadioSelect,
    )  # fmt: skip
    title = forms.CharField(label="事项", max_length=30)
    text = forms.CharField(
        label="怎么算", max_length=200, widget=forms.Textarea,
        help_text="党员和单位看到的就是这句话。",
    )  # fmt: skip
    selects = forms.MultipleChoiceField(label="数哪种记录")
    measure = forms.ChoiceField(
        label="计法", choices=[(k, m.title) for k, m in counting.MEASURES.items()],
        help_text="换了计法，保存时再问它要的数。",
    )  # fmt: skip
    per = forms.IntegerField(
        label="每", min_value=1, max_value=10_000,
        help_text="按时长的填分钟，如 60；按差距的填千分之几，如 50 就是 5 个百分点。",
    )  # fmt: skip
    threshold = PointsField("低于百分之几才计")
    at_least = forms.IntegerField(
        label="至少", min_value=0, max_value=1000, required=False,
        help_text="评分填 1 到 5；比率填千分之几，如 750 就是 75%；不限的填 0。",
    )  # fmt: skip
    min_minutes = forms.IntegerField(
        label="一次至少多少分钟", min_value=0, max_value=1440, required=False,
        help_text="如应急值守 240；不限的填 0。",
    )  # fmt: skip
    tenths = PointsField("分值")
    cap = PointsField("一年最多", help_text="不封顶的填 0。")
    first_free = forms.IntegerField(
        label="前几次不计", min_value=0, max_value=99, initial=0
    )
    period = forms.ChoiceField(label="次数", choices=list(counting.PERIODS.items()))
    channel = forms.ChoiceField(
        label="只数哪个渠道的",
        required=False,
        choices=[("", "都数"), *CHANNELS.items()],
    )
    own = forms.BooleanField(
        label="给单位记的：只数单位自己的，不数党员个人的", required=False,
        help_text="单位的减分只能数单位自己的。",
    )  # fmt: skip
    cap_group = forms.ChoiceField(
        label="和哪一条合并封顶", required=False,
        help_text="合在一起一年最多这么多；几条的封顶要填得一样。",
    )  # fmt: skip
    ceiling = forms.ChoiceField(
        label="有这一条，等次最高到", required=False,
        choices=[("", "不限"), ("good", "良好"), ("fair", "一般")],
    )  # fmt: skip
    off = forms.BooleanField(label="这一版不用这一条", required=False)

    def __init__(
        self, *args: Any, fresh: bool = False, subject: str = "",
        groups: Iterable[tuple[str, str]] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        selects, group = self.fields["selects"], self.fields["cap_group"]
        assert isinstance(selects, forms.MultipleChoiceField)
        assert isinstance(group, forms.ChoiceField)
        selects.choices = select_choices()
        group.choices = [("", "不合并"), *groups]
        # What is sent decides, and a new one may be of either side.
        measure = self.data.get("measure") or self.initial.get("measure", "each")
        subject = self.data.get("subject") or subject
        asked = {*ASKED.get(measure, ASKED["each"])}
        asked |= {"own"} if subject != "member" else set()
        gone = {*PLAIN} - asked
        gone |= {"off"} if fresh else {"code", "subject", "sign"}
        for name in gone:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        shown = {k: v for k, v in found.items() if v is not None or k not in PLAIN}
        return {**PLAIN, **shown}


class YearForm(Form):
    year = forms.TypedChoiceField(
        label="哪个年度的规则", coerce=int, help_text="执行日期要在这个年度里。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(y, f"{y}年") for y in (today().year, today().year + 1)]


class SetForm(YearForm):
    """Title, year, reason and the frame of a set."""

    title = forms.CharField(label="名称", max_length=60)
    reason = forms.CharField(
        label="改了什么、为什么", max_length=1000, widget=forms.Textarea, required=False,
        help_text="征求意见和公布时大家都看得到。",
    )  # fmt: skip
    base = PointsField("基准分")
    adds_most = PointsField("加分合计最多")
    excellent = PointsField("优秀，至少")
    good = PointsField("良好，至少")
    fair = PointsField("一般，至少")


class PublishForm(Form):
    effective_from = forms.DateField(
        label="从哪天起执行",
        widget=DateInput(),
        help_text="最早从明天起，只往后算：以前记的分不变。基准分、加分合计最多和等次线一年一个，按年度第一天的那一版；年中执行的从下一年度起用。",
    )


class CommentForm(Form):
    text = forms.CharField(label="您的意见", max_length=1000, widget=forms.Textarea)
