"""One pure decision per act of a bond: from the row, the day and the arguments to what
is written. Services give these to `engine.act`, the demo the very same to a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.core.text import private_numbers
from baodao.pairings import consents, rules
from baodao.pairings.models import Consent

Row = Mapping[str, Any]
TELL = "pairings.tell"
READS = (
    "path", "home_path", "household_id", "focus", "guardian_present", "since",
    "consent_until", "paused_on", "pause_reason", "due_on", "channel", "remote",
    "quiet_months", "phone_only", "not_after",
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """What the household may set: months without visits, telephone only, not after an
    hour (None: the district's own); and who is there when a minor is visited."""

    quiet_months: Sequence[int] = ()
    phone_only: bool = False
    not_after: time | None = None
    guardian_present: bool = False
    second_id: UUID | None = None

    def columns(self) -> dict[str, Any]:
        return {
            "quiet_months": sorted(set(self.quiet_months)),
            "phone_only": self.phone_only, "not_after": self.not_after,
            "guardian_present": self.guardian_present, "second_id": self.second_id,
        }  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A consent as it was given: signed, or spoken before a witness."""

    way: str
    language: str = "zh"
    given_on: date | None = None
    witness: str = ""
    by_guardian: bool = False
    by_proxy: bool = False
    signer: str = ""


def check_terms(terms: Terms, *, focus: str, member_id: UUID, latest: time) -> None:
    """Raise Invalid for terms that cannot be; `latest`: the district's hour."""
    if problem := rules.terms_problem(terms.quiet_months):
        raise Invalid(fields={"quiet_months": problem})
    if terms.not_after and terms.not_after > latest:
        raise Invalid(
            fields={"not_after": f"走访不晚于 {latest:%H:%M}。请选更早的时间。"}
        )
    if terms.second_id == member_id:
        raise Invalid(fields={"second": "一同走访的要是另一名党员。请另选一位。"})
    second = terms.second_id is not None
    if rules.needs_adult(focus, second=second, guardian=terms.guardian_present):
        raise Invalid(
            fields={
                "guardian_present": "有未成年人的家庭不能一个人去。请选“监护人在场”，或再选一名党员一同走访。"
            }
        )


def check_given(given: Given, *, focus: str, day: date) -> date:
    """The day of the consent. Raise Invalid for what has to be mended."""
    wrong: dict[str, str] = {}
    on = given.given_on or day
    if given.way not in rules.WAYS:
        wrong["way"] = "请选书面还是口头。"
    if given.language not in rules.LANGUAGES:
        wrong["language"] = "请选用哪种语言说的。"
    if given.way == "spoken" and not given.witness.strip():
        wrong["witness"] = "口头同意要有见证人。请写见证人是谁。"
    if on > day:
        wrong["given_on"] = "日期不能在今天以后。请选今天或以前。"
    elif (day - on).days > rules.ANSWER_DAYS:
        wrong["given_on"] = "这份同意已经超过 30 天。请再问一次住户。"
    if focus == "minor" and not given.by_guardian:
        wrong["by_guardian"] = "有未成年人的家庭要由监护人同意。请核对后勾选。"
    if (given.by_guardian or given.by_proxy) and not given.signer.strip():
        wrong["signer"] = "请写监护人或亲属怎么称呼。"
    if found := private_numbers(f"{given.witness} {given.signer}"):
        wrong["signer"] = f"这里有{'、'.join(found)}，请去掉，只写称呼。"
    if wrong:
        raise Invalid(fields=wrong)
    return on


def propose(data: Mapping[str, Any] | None = None) -> Write:
    """What goes with a new bond."""
    return Write(data=data or {})


def ask(day: date) -> Write:
    """The household is asked; it has thirty days."""
    return Write(set={"due_on": rules.answer_due(day)})


def consent(row: Row, actor: Actor, given: Given, day: date) -> Write:
    """The household has agreed: the consent is written with it, and visits begin."""
    on = check_given(given, focus=row["focus"], day=day)
    until = rules.consent_until(on)
    return Write(
        set={"since": day, "consent_until": until, "due_on": None, "reminded": 0},
        data={"way": given.way, "language": given.language, "edition": consents.EDITION},
        adds=[paper(row, actor, given, on, until)], job=_tell(),
    )  # fmt: skip


def renew(row: Row, actor: Actor, given: Given, day: date) -> Write:
    """Agreed for one more year; the old consent is closed by the service."""
    if row["consent_until"] and day < rules.renew_from(row["consent_until"]):
        raise Conflict(
            f"同意书到{row['consent_until']:%Y年%-m月%-d日}才到期。到期前 30 天再续。"
        )
    if row["state"] == "paused" and row["pause_reason"] != "consent_over":
        raise Conflict("现在是暂停。请先恢复联系，再续签。")
    on = check_given(given, focus=row["focus"], day=day)
    until = rules.consent_until(on)
    again = {"paused_on": None, "pause_reason": ""}
    return Write(
        set={"consent_until": until, "reminded": 0, **again},
        data={"way": given.way, "language": given.language, "edition": consents.EDITION},
        adds=[paper(row, actor, given, on, until)],
    )  # fmt: skip


def paper(row: Row, actor: Actor, given: Given, on: date, until: date) -> Consent:
    """The consent itself, with the wording that was read or signed."""
    return Consent(
        pairing_id=row["id"], household_id=row["household_id"], home_path=row["home_path"],
        member_id=row["member_id"], edition=consents.EDITION,
        digest=consents.digest(given.language), language=given.language, way=given.way,
        witness=given.witness.strip(), by_guardian=given.by_guardian,
        by_proxy=given.by_proxy, signer=given.signer.strip(), collector=actor.name,
        collected_by=actor.account_id, given_on=on, valid_until=until,
    )  # fmt: skip


def closed(day: date, why: str) -> Write:
    """A consent that no longer holds; kept as the proof that it did."""
    gone = {"withdrawn_on": day} if why == "withdrawn" else {}
    return Write(set={"closed_on": day, "closed_why": why, **gone}, reason=why)


def decline(day: date) -> Write:
    """No is enough; no reason is asked and none is kept."""
    return Write(set={"due_on": None, "ended_on": day}, job=_tell())


def pause(reason: str, day: date, note: str = "") -> Write:
    if reason not in rules.PAUSE_REASONS:
        raise Invalid(fields={"reason": "请选为什么暂停。"})
    return Write(
        set={"paused_on": day, "pause_reason": reason}, reason=reason,
        notes=_notes(note), job=_tell(),
    )  # fmt: skip


def resume(row: Row, day: date) -> Write:
    """It goes on, as long as the consent still holds."""
    if row["consent_until"] and row["consent_until"] <= day:
        raise Conflict("同意书已经到期。请先续签，再恢复联系。", code="consent_over")
    return Write(set={"paused_on": None, "pause_reason": ""}, job=_tell())


def ended(reason: str, day: date, note: str = "", *, told: bool = True) -> Write:
    """The end, for whatever reason of `rules.END_REASONS`."""
    if reason not in rules.END_REASONS:
        raise Invalid(fields={"reason": "请选为什么结束。"})
    return Write(
        set={"ended_on": day, "end_reason": reason, "due_on": None}, reason=reason,
        notes=_notes(note), job=_tell() if told else None,
    )  # fmt: skip


def remind() -> Write:
    """A month before the consent is over, once."""
    return Write(set={"reminded": 1}, job=_tell())


def day_of(now: datetime) -> date:
    return today(now)


def _notes(note: str) -> list[tuple[str, str]]:
    return [("staff", note.strip())] if note.strip() else []


def _tell() -> tuple[str, Mapping[str, Any]]:
    return TELL, {}
