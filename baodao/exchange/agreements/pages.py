"""How agreements and deeds are shown."""

from functools import partial
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from baodao.acts.writing import Done
from baodao.exchange.agreements import deeds, queries, rules, services, voices
from baodao.exchange.agreements.forms import (
    ConfirmForm,
    EndForm,
    ScanForm,
    VoiceForm,
)
from baodao.exchange.forms import note
from baodao.exchange.models import Agreement, AgreementItem, Deed
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.exchange.subjects import Ask, Chip, Subject


def _sign(*, actor: Any, pk: Any, client_id: str) -> Done:
    return services.sign(actor=actor, agreement_id=pk, client_id=client_id)


def _file(*, actor: Any, pk: Any, client_id: str) -> Done:
    return services.file(actor=actor, agreement_id=pk, client_id=client_id)


def _send_back(*, actor: Any, pk: Any, client_id: str, note: str) -> Done:
    return services.send_back(
        actor=actor, agreement_id=pk, note=note, client_id=client_id
    )


def _drop(*, actor: Any, pk: Any, client_id: str, note: str) -> Done:
    return services.drop(actor=actor, agreement_id=pk, note=note, client_id=client_id)


def _terminate(*, actor: Any, pk: Any, client_id: str, reason: str, note: str) -> Done:
    return services.terminate(
        actor=actor, agreement_id=pk, reason=reason, note=note, client_id=client_id
    )


def _attach(*, actor: Any, pk: Any, client_id: str, file: Any) -> None:
    data = file.read(services.MOST_BYTES + 1)
    services.attach(actor=actor, agreement_id=pk, name=file.name, data=data)


def _confirm(*, actor: Any, pk: Any, client_id: str, how: str, note: str) -> Done:
    return deeds.confirm(
        actor=actor, deed_id=pk, how=how, note=note, client_id=client_id
    )


def _hear(*, actor: Any, pk: Any, client_id: str, said: str, words: str) -> None:
    voices.note(actor=actor, deed_id=pk, said=said, words=words, client_id=client_id)


def _refuse(*, actor: Any, pk: Any, client_id: str, note: str) -> Done:
    return deeds.refuse(actor=actor, deed_id=pk, note=note, client_id=client_id)


_signs = partial(
    Ask, do=_sign, look="due", icon="pencil",
    text="看过左边的内容再签。签了以后再改，就是新的一版，要重新签。",
)  # fmt: skip


def _with_item(**wanted: str) -> Any:
    """Agreements whose present edition has such an item."""
    items = AgreementItem.objects.filter(**wanted, edition=F("agreement__edition"))
    return items.values("agreement")


AGREEMENT = Subject(
    code="agreement",
    title="共建协议",
    measure="份",
    flow=rules.FLOW,
    rows=lambda: Agreement.objects.select_related("place", "previous"),
    tabs={
        "live": ("履行中", ("effective",)),
        "signing": ("签署中", ("draft", "unit_signed")),
        "filing": ("待备案", ("both_signed", "filed")),
        "over": ("已结束", ("expired", "terminated", "dropped")),
    },
    asks={
        "unit_sign": _signs("单位签署", ("已签署", "轮到社区书记签署。"), "单位签署"),
        "community_sign": _signs("社区签署", ("已签署", "轮到乡镇（街道）备案。"), "社区签署"),
        "file": Ask(
            "备案", ("已备案", "期限开始后自动生效，列出单位的应办。"), "已备案", _file,
            text="备案后给出备案号。期限已经开始的，同时生效。", look="due",
            icon="check", tone="ok",
        ),
        "send_back": Ask(
            "退回", ("已退回", "社区和单位改好后重新签。"), "乡镇（街道）退回",
            _send_back, head="内容要改，退回", look="late",
            form=note("要改什么", "社区和单位看得到。"), icon="arrow-back-up",
            tone="soon",
        ),
        "attach": Ask(
            "存扫描件", ("扫描件已存好", "加密保存，打开会留下记录。"), "存了扫描件",
            _attach, form=ScanForm, icon="upload",
        ),
        "drop": Ask(
            "不签了", ("没有签成", "需要的话可以重新起草。"), "没有签成", _drop,
            look="late", form=note("为什么", required=False), icon="x",
        ),
        "terminate": Ask(
            "终止协议", ("协议已终止", "没做的不再列为应办，已告诉对方。"), "终止",
            _terminate, look="late", form=EndForm, icon="x", tone="late",
        ),
    },
    words=queries.words,
    facts=queries.facts,
    search=queries.search,
    told={
        "draft": "起草", "revise": "改过内容，要重新签", "sign": "单位签署",
        "take_effect": "生效，列出单位的应办", "remind": "提醒续签",
        "expire": "到期", "unit_gone": "单位撤销，协议终止",
        "follow_unit": "单位合并，由接收的单位接着办",
        "follow_place": "随区划调整", "read_scan": "打开了扫描件",
    },
    heads=("编号", "起", "止", "备案号", "备案日期"),
    line=lambda a, w: [a.number, a.valid_from, a.valid_to, a.filing_no, a.filed_on],
    intro="社区和单位签，乡镇（街道）备案；共建内容生效后列为单位的应办。按登记先后，不排名。",
    empty=("这一栏没有协议", "社区或单位起草以后列在这里。"),
    chips=(
        Chip(
            "type", "五联", JOINT_TYPES,
            lambda v: Q(pk__in=_with_item(joint_type=v)),
        ),
        Chip("mech", "四共", MECHANISMS, lambda v: Q(pk__in=_with_item(mechanism=v))),
        Chip("until", "到期", {"60": "60天内"}, lambda v: queries.ending(int(v))),
    ),
    panels="exchange/_agreement.html",
    more=queries.more,
    summary=queries.summary,
    links=lambda actor: [("chart-bar", "五联四共", reverse("exchange:balance"))],
    hides=lambda a, actor, event: event == "unit_sign" and actor.unit_id in a.signed_ids,
    new="exchange:agreement_new",
    new_label="起草协议",
    may_new=("agreements.draft",),
    reasons=rules.END_REASONS,
)  # fmt: skip


DEED = Subject(
    code="deed",
    title="协议履行",
    measure="次",
    flow=rules.DEED_FLOW,
    rows=lambda: Deed.objects.select_related(
        "agreement__place", "item__estate", "item__unit"
    ),
    tabs={
        "waiting": ("待确认", ("reported",)),
        "done": ("已确认", ("confirmed",)),
        "refused": ("没有认可", ("refused",)),
    },
    asks={
        "confirm": Ask(
            "确认", ("已确认", "记入单位的服务记录。"), "社区确认", _confirm,
            head="做了没有", text="自己看到，或者听居民说看到了，就确认。", form=ConfirmForm,
            look="due", icon="circle-check", tone="ok",
        ),
        "refuse": Ask(
            "不认可", ("已告诉单位", "这一次重新列为应办。"), "社区没有认可", _refuse,
            look="late", form=note("为什么不认可", "单位看得到。"), icon="x", tone="late",
        ),
        "hear": Ask(
            "记下", ("记下了", "算在居民说的里面，不记是谁。"), "代居民记", _hear,
            head="代居民记一句", form=VoiceForm,
            text="居民打电话或当面说看到没看到，一位记一次。不记姓名。",
        ),
    },
    words=queries.deed_words,
    facts=queries.deed_facts,
    search=queries.deed_search,
    told={
        "report": "单位记完成", "follow_place": "随区划调整",
        "follow_unit": "随单位合并",
    },
    heads=("哪天做的", "做了什么", "到场居民", "怎么确认的", "居民说"),
    line=lambda d, w: [
        d.done_on, d.said, d.people, d.get_how_display() if d.how else "", w.said,
    ],
    intro="单位做了协议里的事就记一次，居民说看到没看到，社区来确认。",
    empty=("这一栏是空的", "单位记完成以后列在这里，等社区确认。"),
    chips=(
        Chip("type", "五联", JOINT_TYPES, lambda v: Q(item__joint_type=v)),
        Chip("mech", "四共", MECHANISMS, lambda v: Q(item__mechanism=v)),
    ),
    panels="exchange/_deed.html",
    more=queries.deed_more,
    hides=lambda d, actor, event: event == "hear" and d.state != "reported",
)  # fmt: skip
