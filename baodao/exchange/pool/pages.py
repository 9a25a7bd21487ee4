"""How the pool is shown, its forms and messages."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, Sum
from django.urls import reverse

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.exchange.forms import StepForm, day, note, select, words
from baodao.exchange.models import PoolEntry
from baodao.exchange.pool import rules, services
from baodao.exchange.subjects import Ask, Chip, Subject, Words
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.people.models import Unit
from baodao.places.search import matching
from baodao.ui.forms import Form
from baodao.ui.words import cdate, yuan

TOWN = 4  # level of a township


def _money(required: bool) -> forms.DecimalField:
    return forms.DecimalField(
        label="金额（元）", min_value=0, max_digits=12, decimal_places=2,
        required=required, help_text="不是钱的不填。",
    )  # fmt: skip


def _fen(value: Any) -> int:
    return int((value or 0) * 100)


class CommitForm(Form):
    kind = select("种类", rules.KINDS)
    title = forms.CharField(label="名称", max_length=60)
    unit = select("哪家单位给的", {}, "不是这里的单位", required=False)
    source = forms.CharField(
        label="别的来源", max_length=60, required=False,
        help_text="上级项目、企业捐助等，写单位名称。",
    )  # fmt: skip
    amount = _money(False)
    quantity = forms.CharField(label="数量或内容", max_length=60, required=False)
    place = select("用在哪里", {})
    purpose = words("用来做什么", rows=2, max_length=200)
    due_on = day("答应哪天到位")

    def __init__(
        self, *args: Any, places: Mapping[UUID, str], units: Mapping[UUID, str],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, known, first in (
            ("place", places, []), ("unit", units, [("", "不是这里的单位")]),
        ):  # fmt: skip
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*first, *((str(k), v) for k, v in known.items())]

    def said(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        unit, amount = data.pop("unit"), data.pop("amount")
        place = UUID(data.pop("place"))
        unit_id = UUID(unit) if unit else None
        return {
            **data,
            "amount_fen": _fen(amount),
            "place_id": place,
            "unit_id": unit_id,
        }


class UseForm(StepForm):
    used_on = day("哪天用的", initial=today)
    amount = _money(False)
    use = words("用在哪里", rows=2, max_length=200)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["amount_fen"] = _fen(data.pop("amount", None))
        return data


def _words(rows: Sequence[PoolEntry]) -> Mapping[UUID, Words]:
    return {
        e.id: Words(
            title=e.title, units=str(e.unit) if e.unit else e.source, place=e.place.name,
            under=" · ".join(filter(None, (str(e), e.get_kind_display(), _left(e), e.quantity))),
        )
        for e in rows
    }  # fmt: skip


def _left(e: PoolEntry) -> str:
    if not e.amount_fen:
        return ""
    left = rules.left(e.amount_fen, e.used_fen)
    return f"{yuan(e.amount_fen)}，余 {yuan(left)}"


def _facts(e: PoolEntry) -> list[tuple[str, str]]:
    now = today()
    money = e.amount_fen > 0
    pairs = [
        ("来源", str(e.unit) if e.unit else e.source), ("用在哪里", e.place.name),
        ("用途", e.purpose), ("数量或内容", e.quantity),
        ("金额", yuan(e.amount_fen) if money else ""),
        ("已用", yuan(e.used_fen) if money else ""),
        ("结余", yuan(rules.left(e.amount_fen, e.used_fen)) if money else ""),
        ("答应到位", cdate(e.due_on, now)),
        ("到位", cdate(e.delivered_on, now) if e.delivered_on else ""),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def _search(q: str) -> Q:
    digits = q.removeprefix("池").strip()
    found = Q(title__icontains=q) | Q(number=digits) | Q(source__icontains=q)
    units = matching(Unit.objects.all(), q).values("id")
    return found | Q(place__name__icontains=q) | Q(unit__in=units)


def _summary(actor: Actor) -> str:
    found = visible(PoolEntry.objects.all(), actor, "pool.view").order_by()
    money = found.filter(state__in=("delivered", "verified")).aggregate(
        a=Sum("amount_fen"), u=Sum("used_fen")
    )
    if not money["a"]:
        return ""
    left = rules.left(money["a"], money["u"])
    return f"到位 {yuan(money['a'])}，已用 {yuan(money['u'])}，余 {yuan(left)}。"


def _more(e: PoolEntry, actor: Actor) -> dict[str, Any]:
    return {
        "uses": [(u, yuan(u.amount_fen) if u.amount_fen else "") for u in e.uses.all()]
    }


def messages_for(event: Event, row: PoolEntry) -> list[Message]:
    """Who verifies is told that it has come, the township when it has not."""
    said = {
        "pool.deliver": ("到位了，请核实", "看到了、用上了，就核实。"),
        "pool.verify": ("核实过了", "可以放心用。"),
        "pool.dispute": ("说没有到位", "请查一下差在哪里。"),
    }
    if event.action not in said:
        return []
    title, text = said[event.action]
    url = reverse("exchange:pool", args=[row.pk])
    told = partial(
        message, event_id=event.id, title=f"{row.title}：{title}", text=text, url=url
    )
    town = "/".join(row.path.split("/")[:TOWN]) + "/"
    if event.action == "pool.deliver" and row.path != town:
        return [told(role="community_worker", path=row.path)]
    return [told(role="township_party", path=town)]


POOL = Subject(
    code="pool", title="资金资源池", noun="资金、资源、项目", measure="笔", flow=rules.FLOW,
    rows=lambda: PoolEntry.objects.select_related("place", "unit"),
    tabs={
        "open": ("待到位", ("committed",)),
        "check": ("待核实", ("delivered",)),
        "done": ("核实过", ("verified",)),
        "off": ("没有落实", ("withdrawn",)),
    },
    asks={
        "deliver": Ask(
            "到位了", ("已记到位", "轮到社区核实。"), "到位", services.deliver,
            form=note("说明", required=False), look="due", icon="check",
        ),
        "verify": Ask(
            "核实，确实到位", ("已核实", ""), "核实", services.verify,
            form=note("想说的话", required=False), look="due", icon="circle-check",
            tone="ok",
        ),
        "use": Ask(
            "记一笔使用", ("使用已记下", "结余已更新。"), "用了一笔", services.use,
            form=UseForm, icon="pencil",
        ),
        "dispute": Ask(
            "没有到位", ("已告诉乡镇（街道）", "重新列为待到位。"), "说没有到位",
            services.dispute, form=note("差在哪里", "乡镇（街道）看得到。"), look="late",
            icon="arrow-back-up", tone="soon",
        ),
        "withdraw": Ask(
            "没有落实", ("已记下", ""), "没有落实", services.withdraw,
            form=note("为什么"), look="late", icon="x",
        ),
    },
    words=_words, facts=_facts, search=_search,
    told={"commit": "登记", "follow_place": "随区划调整", "follow_unit": "随单位合并"},
    heads=("编号", "种类", "用途", "数量或内容", "金额（元）", "已用（元）", "结余（元）", "到位日期"),
    line=lambda e, w: [
        e.number, e.get_kind_display(), e.purpose, e.quantity, e.amount_fen / 100,
        e.used_fen / 100, rules.left(e.amount_fen, e.used_fen) / 100, e.delivered_on,
    ],
    intro="乡镇（街道）统筹的资金、资源、项目：谁给的、给多少、做什么、还剩多少。",
    empty=("这一栏是空的", "乡镇（街道）登记以后列在这里。"),
    chips=(Chip("kind", "种类", rules.KINDS, lambda v: Q(kind=v)),),
    panels="exchange/_pool.html", more=_more, summary=_summary, new="exchange:pool_new",
    new_label="登记一笔", may_new=("pool.commit",), order=("due_on", "id"),
)  # fmt: skip
