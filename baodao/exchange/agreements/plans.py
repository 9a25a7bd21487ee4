"""One pure decision per act on an agreement or a deed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.errors import Conflict, Invalid
from baodao.exchange.agreements import rules
from baodao.exchange.models import AgreementItem, Scan, Signature
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.exchange.steps import Context, Row, clean, clocked, must, tell
from baodao.records.models import Record

READS = (
    "number", "path", "place_id", "unit_ids", "signed_ids", "edition", "valid_from",
    "valid_to", "filed_on", "reminded", "previous_id", "due_at",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing that is agreed on, as handed in."""

    title: str
    joint_type: str
    mechanism: str
    cadence: str
    unit_id: UUID | None = None
    estate_id: UUID | None = None


@dataclass(frozen=True)
class Text:
    """What an agreement says."""

    title: str
    valid_from: date
    valid_to: date
    items: Sequence[Item] = ()
    community_contact: str = ""
    unit_contact: str = ""
    community_side: str = ""
    unit_side: str = ""
    project: str = ""

    def columns(self) -> dict[str, Any]:
        """The columns of the agreement that this fills."""
        names = (
            "title", "community_contact", "unit_contact", "community_side", "unit_side",
            "project",
        )  # fmt: skip
        dates = {"valid_from": self.valid_from, "valid_to": self.valid_to}
        return {**{n: getattr(self, n).strip() for n in names}, **dates}


def check(text: Text, unit_ids: Sequence[UUID]) -> None:
    """Raise Invalid for what a person can mend."""
    wrong: dict[str, str] = {}
    if not text.title.strip():
        wrong["title"] = "请写协议的名称。"
    if problem := rules.term_problem(text.valid_from, text.valid_to):
        wrong["valid_to"] = problem
    if not unit_ids:
        wrong["units"] = "请选至少一家单位。"
    if not text.items:
        wrong["items"] = "请写至少一项共建内容，生效后它就是单位的应办。"
    if len(text.items) > rules.MAX_ITEMS:
        wrong["items"] = f"共建内容最多 {rules.MAX_ITEMS} 项，请合并几项。"
    for item in text.items:
        if problem := _item_problem(item, unit_ids):
            wrong["items"] = problem
    if wrong:
        raise Invalid(fields=wrong)
    clean(community_side=text.community_side, unit_side=text.unit_side,
          project=text.project, items=" ".join(i.title for i in text.items))  # fmt: skip


def _item_problem(item: Item, unit_ids: Sequence[UUID]) -> str:
    if not item.title.strip():
        return "每一项都要写内容。"
    known = (
        item.joint_type in JOINT_TYPES
        and item.mechanism in MECHANISMS
        and item.cadence in rules.CADENCES
    )
    if not known:
        return "每一项都要选类别和多久一次。"
    if item.unit_id is not None and item.unit_id not in unit_ids:
        return "承担的单位要是签协议的单位。"
    return ""


def items(
    agreement_id: UUID, text: Text, unit_ids: Sequence[UUID], edition: int
) -> list[AgreementItem]:
    """The rows of one edition."""
    return [
        AgreementItem(
            agreement_id=agreement_id, edition=edition, position=n,
            title=i.title.strip(), joint_type=i.joint_type, mechanism=i.mechanism,
            cadence=i.cadence, unit_id=i.unit_id or unit_ids[0], estate_id=i.estate_id,
        )
        for n, i in enumerate(text.items)
    ]  # fmt: skip


def revise(row: Row, ctx: Context, text: Text, unit_ids: Sequence[UUID]) -> Write:
    """Another text is another edition: who has signed the old one signs anew."""
    edition = row["edition"] + 1
    return Write(
        set=clocked(
            ctx, None, **text.columns(), unit_ids=list(unit_ids), signed_ids=[],
            edition=edition,
        ),
        adds=items(row["id"], text, unit_ids, edition),
        data={"edition": edition, "items": len(text.items)},
        job=tell(),
    )  # fmt: skip


def unit_signs(
    row: Row, ctx: Context, *, unit_id: UUID, party: str, signer: str, last: bool
) -> Write:
    """One unit's hand. `last`: what the service took the step for; when somebody else
    has signed meanwhile, it is taken anew."""
    if unit_id in row["signed_ids"]:
        raise Conflict("本单位已经签过这一版。")
    signed = [*row["signed_ids"], unit_id]
    if last != (set(signed) >= set(row["unit_ids"])):
        raise Conflict
    hand = _hand(row, ctx, unit_id, party, signer)
    return Write(
        set=clocked(ctx, None, signed_ids=signed), adds=[hand], data={"party": party},
        job=tell(),
    )  # fmt: skip


def community_signs(row: Row, ctx: Context, *, party: str, signer: str) -> Write:
    """Both sides have signed; the township has five working days to file."""
    due = rules.file_due(ctx.now, ctx.calendar, ctx.settings)
    hand = _hand(row, ctx, None, party, signer)
    return Write(set=clocked(ctx, due), adds=[hand], data={"party": party}, job=tell())


def _hand(
    row: Row, ctx: Context, unit_id: UUID | None, party: str, signer: str
) -> Signature:
    return Signature(
        agreement_id=row["id"], edition=row["edition"], unit_id=unit_id, party=party,
        signer=signer, at=ctx.now,
    )  # fmt: skip


def file(row: Row, ctx: Context, *, number: str) -> Write:
    """On the township's file; in force on the first day of its term."""
    if row["valid_to"] <= ctx.day:
        raise Conflict("这份协议的期限已经过了。请退回，把期限改好再签。")
    return Write(
        set=clocked(ctx, None, filing_no=number, filed_on=ctx.day),
        data={"filing_no": number}, job=tell(),
    )  # fmt: skip


def send_back(row: Row, ctx: Context, *, note: str) -> Write:
    """The township cannot file it: back to the draft, all sign anew."""
    must("note", note, "请写一句要改什么，社区和单位都看得到。")
    return Write(
        set=clocked(ctx, None, signed_ids=[], edition=row["edition"] + 1),
        notes=[("unit", note)], job=tell(),
    )  # fmt: skip


def over(ctx: Context, reason: str, note: str = "", *, tells: bool = True) -> Write:
    """It has ended, whatever the reason; what stays open is owed no more."""
    return Write(
        set=clocked(ctx, None, ended_on=ctx.day, end_reason=reason),
        reason=reason, notes=[("unit", note)], job=tell() if tells else None,
    )  # fmt: skip


def terminate(row: Row, ctx: Context, *, reason: str, note: str) -> Write:
    """Ended before its time by one of the two secretaries, with the reason."""
    if reason not in rules.END_CHOICES:
        raise Invalid(fields={"reason": "请选一个理由。"})
    must("note", note, "请写一句为什么终止，对方看得到。")
    return over(ctx, reason, note)


def remind(row: Row, ctx: Context) -> Write:
    """Sixty and thirty days before the end both sides are asked to renew (7.4)."""
    n = rules.next_reminder(row["reminded"], row["valid_to"], ctx.day)
    return Write(set={"reminded": n}, data={"nth": n}, job=tell())


def attach(row: Row, ctx: Context, *, scan: Scan) -> Write:
    """The signed paper as a file."""
    return Write(adds=[scan], data={"scan": str(scan.id), "size": scan.size})


# --- deeds ------------------------------------------------------------------------

DEED_READS = (
    "agreement_id", "item_id", "duty_id", "nth", "unit_id", "place_id", "path",
    "done_on", "reported_by",
)  # fmt: skip


def check_deed(*, day: date, done_on: date, said: str, people: int) -> None:
    """Raise Invalid for what a person can mend."""
    if done_on > day:
        raise Invalid(fields={"done_on": "这一天还没有到。请填实际做的日期。"})
    if done_on < day - timedelta(days=365):
        raise Invalid(fields={"done_on": "已经过了一年。请核对日期。"})
    if people < 0:
        raise Invalid(fields={"people": "人数不能小于 0。"})
    must("said", said, "请写一句做了什么，社区看了好确认。")


def confirm(
    row: Row,
    ctx: Context,
    *,
    how: str,
    by: UUID | None,
    joint_type: str,
    unseen: int = 0,
    note: str = "",
) -> Write:
    """Confirmed by the community: the record of the unit (L18). Where `unseen`
    residents say that they did not see it, the community looks again and says how."""
    if how not in rules.CONFIRMED_HOW:
        raise Invalid(fields={"how": "请选怎么确认的。"})
    if unseen and not note.strip():
        raise Invalid(fields={"note": looked_again(unseen)})
    record = Record(
        kind="agreement_item", channel="unit", path=row["path"],
        place_id=row["place_id"], unit_id=row["unit_id"], occurred_on=row["done_on"],
        source_kind="exchange.deed", source_id=row["id"], source_class=joint_type,
        confirmed_at=ctx.now, confirmed_how=how, confirmed_by=by,
    )  # fmt: skip
    return Write(
        set={"how": how}, adds=[record], data={"how": how, "unseen": unseen},
        notes=[("unit", note)], job=tell(),
    )  # fmt: skip


def looked_again(unseen: int) -> str:
    return f"有 {unseen} 位居民说没看到。请再核实一下，写一句怎么核实的，再确认。"


def refuse(row: Row, ctx: Context, *, note: str) -> Write:
    """Not so, says the community: the unit owes it again."""
    must("note", note, "请写一句为什么不认可，单位看得到。")
    return Write(notes=[("unit", note)], job=tell())
