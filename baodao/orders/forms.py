"""Shape of what staff type about an order; the services judge what it means."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from baodao.core.clock import today
from baodao.orders import rules
from baodao.orders.models import Category, Order
from baodao.places.models import Place
from baodao.ui.forms import DateInput, DateTimeInput, PhoneInput
from baodao.ui.words import cdate

PURPOSES = {
    "verify": "核实情况",
    "visit": "上门服务",
    "call_back": "回访结果",
    "urgent": "紧急情况",
}
OUTCOMES = {
    "solved": "解决了",
    "partly": "部分解决，居民同意办结",
    "not_solved": "没办好，退回重办",
    "cannot": "办不了，说明理由后办结",
}
HOW_ASKED = {"call": "打电话问的", "desk": "当面问的"}
RATINGS = {"5": "5 很好", "4": "4 好", "3": "3 一般", "2": "2 不太好", "1": "1 不好"}
AT_DESK = {"desk": "居民来访", "phone": "居民来电", "visit": "走访发现"}


def _pick(
    label: str, choices: Iterable[tuple[str, str]], **extra: Any
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(choices), widget=forms.RadioSelect, **extra
    )


def _text(
    label: str, required: bool = True, rows: int = 2, **extra: Any
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=required, widget=widget, max_length=2000, **extra
    )


class Act(forms.Form):
    """Every act's form: a hidden random id makes a second click harmless. `order`
    and `choices` are what some forms need to offer."""

    client_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    use_required_attribute = True
    # What a service calls by another name than the form.
    called: Mapping[str, str] = {}

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.fields["client_id"].initial = secrets.token_hex(8)
        for field in self.fields.values():
            field.error_messages.setdefault("required", "这里要填。")
            field.error_messages["required"] = "这里要填。"
            field.error_messages["invalid_choice"] = "请从列出的里面选一项。"
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the order."""

    def words(self) -> dict[str, Any]:
        """The arguments for the service."""
        return {k: v for k, v in self.cleaned_data.items() if k != "client_id"}


class Nothing(Act):
    """An act that needs no words."""


def _categories() -> list[tuple[str, str]]:
    return list(Category.objects.values_list("code", "title"))


def _consent() -> forms.BooleanField:
    """Never ticked beforehand: the worker asks and ticks."""
    return forms.BooleanField(
        label="问过居民：同意把这句话贴到心愿墙上",
        required=False,
        help_text="不勾就不公开，只由社区去找人来办。",
    )


_SEEN = {k: v for k, v in rules.SEEN_HOW.items() if k in ("phone", "desk")}


class Verify(Act):
    title = forms.CharField(
        label="对外文字",
        max_length=40,
        help_text="最多 40 字。不写姓名、门牌、年龄、病情。",
    )
    category = forms.ChoiceField(label="类别")
    urgency = _pick("急不急", rules.URGENCIES.items())
    seen_how = _pick(
        "居民看过对外文字吗",
        [("", "还没有，等居民在链接里看"), *_SEEN.items()],
        required=False,
    )
    consent_public = _consent()
    note = _text("核实到的情况", required=False)

    def prepare(self) -> None:
        self.fields["category"].choices = _categories()  # type: ignore[attr-defined]
        if self.order:
            o = self.order
            known = o.seen_how if o.seen_how in _SEEN else ""
            self.initial.update({
                "title": o.title, "category": o.category_id, "urgency": o.urgency,
                "seen_how": known, "consent_public": o.consent_public,
            })  # fmt: skip


class Edit(Act):
    title = forms.CharField(label="对外文字", max_length=40)
    seen_how = _pick(
        "居民看过新的文字吗",
        [("", "还没有，等居民在链接里看"), *_SEEN.items()],
        required=False,
    )
    consent_public = _consent()

    def prepare(self) -> None:
        if self.order:
            o = self.order
            self.initial.update(
                {"title": o.title, "seen_how": "", "consent_public": o.consent_public}
            )


class Reject(Act):
    reason = _pick("理由", rules.REJECT_REASONS.items())
    note = _text("给居民的说明", help_text="居民看得到。请写清为什么，还可以找谁。")


class Merge(Act):
    """Into one of the orders alike (`similar`), or into one named by its number: what
    the number stands for is shown first (`named`), and chosen then."""

    into = forms.UUIDField(label="并到哪一单", widget=forms.RadioSelect, required=False)
    number = forms.CharField(
        label="或者填单号", required=False, max_length=12,
        help_text="只在本社区还在办的单里找。",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        similar: Iterable[Any] = (),
        named: bool = False,
        **kwargs: Any,
    ) -> None:
        self.similar, self.named = [(str(a.id), _which(a)) for a in similar], named
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        self.fields["into"].widget.choices = self.similar
        if not self.similar:
            del self.fields["into"]
            self.fields["number"].label = "要并到的单号"
        if self.named:
            del self.fields["number"]
            self.initial["into"] = self.similar[0][0]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("into") and not data.get("number"):
            at = "number" if "number" in self.fields else "into"
            self.add_error(at, "请选一单，或填要并到的单号。")
        return data

    def words(self) -> dict[str, Any]:
        return {"into": self.cleaned_data["into"]}


def _which(order: Any) -> str:
    """单 1123-05 楼道灯坏了（11月23日登记，服务中）."""
    day, state = cdate(order.placed_at, today()), rules.STATES[order.state].title
    return f"单 {order.no} {order.title}（{day}登记，{state}）"


class Dispatch(Act):
    # The cards are the control; a page without cards carries the choice along.
    unit = forms.UUIDField(
        label="派给谁",
        widget=forms.HiddenInput,
        error_messages={"invalid": "请选一家单位。"},
    )
    note = _text(
        "给承办单位的话", required=False, help_text="只有承办单位和社区看得到。"
    )

    def prepare(self) -> None:
        self.fields["unit"].error_messages["required"] = "请选一家单位。"


class Transfer(Act):
    """To somebody outside, or up to the township, which then handles it itself."""

    to = _pick("转给", [])
    note = _text("给居民的说明", help_text="居民看得到。单号和查询码不变。")

    def prepare(self) -> None:
        up = (
            []
            if self.order and self.order.at_township
            else [("township", rules.TOWNSHIP)]
        )
        self.fields["to"].choices = [*rules.TRANSFER_TO.items(), *up]  # type: ignore[attr-defined]


class TransferOutcome(Act):
    outcome = _pick(
        "问到什么",
        [
            ("done", "对方办好了，等居民说办好没有"),
            ("news", "对方还在办，过几天再问"),
            ("back", "对方不办，退回来了，由社区另派"),
        ],
    )
    note = _text("问到的情况", help_text="居民看得到。")


class HandDown(Act):
    note = _text("为什么交回", help_text="社区和居民看得到。")


_FOR_STAFF = {k: v for k, v in rules.RECALL_REASONS.items() if k != "sent_back"}


class Recall(Act):
    reason = _pick("理由", _FOR_STAFF.items())
    note = _text("说明", help_text="原来承办的单位和党员看得到。")


class AnswerCannot(Act):
    reason = _pick("为什么办不了", rules.CANNOT_REASONS.items())
    note = _text(
        "给居民的答复",
        help_text="居民看得到。请写清为什么、还可以找谁；居民不同意，可以请社区再办。",
    )
    told = _pick("怎么告诉居民的", rules.TOLD_HOW.items())


class Unmerge(Act):
    note = _text("为什么分开", help_text="居民看得到。")


class AskAgain(Act):
    what = _text("居民怎么说", help_text="居民和接着办的人看得到。")


class Republish(Act):
    note = _text("电话里怎么说的", required=False)


class Extend(Act):
    """In days; for danger and urgent orders in hours."""

    called = {"hours": "span"}
    span = forms.IntegerField(label="延期几天", min_value=1, max_value=48)
    note = _text("说明", help_text="同意：居民和承办都看得到。不同意：只有承办看得到。")

    def prepare(self) -> None:
        field = self.fields["span"]
        if self._by_hours:
            field.label = "延期几小时"
        field.error_messages["invalid"] = "请填一个数，例如 3。"
        if self.order and self.order.extension_hours:
            hours = self.order.extension_hours
            self.initial["span"] = hours if self._by_hours else hours // 24

    @property
    def _by_hours(self) -> bool:
        return self.order is not None and self.order.urgency in rules.BY_HOURS

    def words(self) -> dict[str, Any]:
        words = super().words()
        span = words.pop("span")
        return {**words, "hours": span if self._by_hours else span * 24}


class RefuseExtension(Act):
    note = _text("为什么不能延", help_text="承办单位和党员看得到，居民看不到。")


class Pause(Act):
    reason = forms.CharField(
        label="为什么暂停", max_length=40, help_text="例如：居民外出。"
    )
    until = forms.DateField(label="哪天续计", widget=DateInput)


class CallBack(Act):
    outcome = _pick("居民怎么说", OUTCOMES.items())
    how = _pick("怎么问到的", HOW_ASKED.items(), initial="call")
    note = _text(
        "居民的话",
        required=False,
        help_text="没解决或办不了时要写明，居民和承办单位看得到。",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") in ("not_solved", "cannot") and not data.get("note"):
            self.add_error("note", "请写一句居民怎么说的、还差什么。")
        return data


class Call(Act):
    note = _text("说明", required=False)


class Reopen(Act):
    result = _pick("居民怎么说", [("not_solved", "没办好"), ("partly", "办了一部分")])
    what = _text("还差什么", help_text="居民和承办单位看得到。")


class Rate(Act):
    rating = forms.TypedChoiceField(
        label="居民打几分",
        choices=list(RATINGS.items()),
        widget=forms.RadioSelect,
        coerce=int,
    )
    how = _pick("怎么问到的", HOW_ASKED.items(), initial="call")
    text = _text("居民的话", required=False)
    public = forms.BooleanField(label="居民同意公开这段话", required=False)


class Withdraw(Act):
    how = _pick("居民怎么说的", rules.SAID_HOW.items())
    note = _text(
        "为什么不办了", help_text="居民看得到；不是居民的意思，居民可以请再办。"
    )


class CannotDo(Act):
    reason = _pick("理由", rules.CANNOT_REASONS.items())
    note = _text("说明")


class ReportDone(Act):
    start = forms.DateTimeField(label="什么时候开始", widget=DateTimeInput)
    end = forms.DateTimeField(label="什么时候办完", widget=DateTimeInput)
    break_minutes = forms.IntegerField(label="中间休息（分钟）", min_value=0, initial=0)
    note = _text("办了什么", help_text="居民看得到。")


class Note(Act):
    text = _text("补记什么")
    audience = _pick(
        "谁看得到",
        [
            ("staff", "只有社区和上级"),
            ("unit", "承办单位和党员也看得到"),
            ("requester", "居民也看得到"),
        ],
        initial="staff",
    )


class QuestionMark(Act):
    reason = _pick("为什么要核对", rules.MARK_REASONS.items())
    note = _text("说明", required=False, help_text="只有核对的人看得到。")


class DecideMark(Act):
    outcome = _pick("核对下来", [("keep", "评价属实，照算"), ("strike", "不算数")])
    note = _text("理由", help_text="居民和承办的人都看得到。")


class Thank(Act):
    text = forms.CharField(label="公布的文字", max_length=60, required=False)

    def prepare(self) -> None:
        if self.order:
            self.initial["text"] = self.order.thanks or self.order.rating_text[:60]


class NewOrder(Act):
    """登记一单, 代居民登记."""

    source = _pick("怎么来的", AT_DESK.items(), initial="desk")
    place = forms.ChoiceField(label="在哪里")
    kind = _pick("是哪一种", rules.KINDS.items(), initial="wish")
    category = forms.ChoiceField(label="类别")
    urgency = _pick("急不急", rules.URGENCIES.items(), initial="normal")
    detail = _text("居民原话", rows=3, help_text="照居民的话写。只有办事的人看得到。")
    title = forms.CharField(
        label="对外文字", max_length=40, required=False,
        help_text="不写姓名、门牌、年龄、病情。空着就用一句通用的话。",
    )  # fmt: skip
    seen_how = _pick(
        "居民看过对外文字吗",
        [("desk", "当面看过"), ("phone", "念给居民听过"), ("", "还没有")],
        required=False, initial="",
    )  # fmt: skip
    consent_public = _consent()
    call_name = forms.CharField(label="怎么称呼", max_length=20, required=False)
    phone = forms.CharField(
        label="电话",
        max_length=20,
        required=False,
        widget=PhoneInput(attrs={"autocomplete": "off"}),
    )
    address = forms.CharField(label="住处", max_length=80, required=False)
    household = forms.CharField(
        label="户号",
        max_length=8,
        required=False,
        help_text="已建档的填四位户号，例如 0312。",
    )
    goods = forms.DecimalField(
        label="实物心愿金额（元）",
        required=False,
        min_value=0,
        max_digits=7,
        decimal_places=2,
    )
    keep_numbers = forms.BooleanField(label="手机号一定要留在原话里", required=False)
    override_limit = forms.BooleanField(label="仍要登记", required=False)

    def __init__(self, *args: Any, places: Iterable[Place] = (), **kwargs: Any) -> None:
        self.places = {str(p.id): p for p in places}
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        self.fields["category"].choices = [("", "请选"), *_categories()]  # type: ignore[attr-defined]
        self.fields["place"].choices = [(k, p.name) for k, p in self.places.items()]  # type: ignore[attr-defined]

    def again(self) -> "NewOrder":
        """The same words, not judged yet."""
        return NewOrder(places=self.places.values(), initial=dict(self.data.items()))

    @property
    def asks_numbers(self) -> bool:
        """Whether the words hold a phone number that must be confirmed."""
        return "detail" in self.errors and "手机号" in str(self.errors["detail"])

    @property
    def asks_limit(self) -> bool:
        """Whether the goods wish is over a limit that a worker may set aside."""
        return "goods" in self.errors and "仍要登记" in str(self.errors["goods"])
