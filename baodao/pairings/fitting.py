"""Whether a member and a household may be paired at all: both of this community, one
household each, not the member's own home, no relative, no subordinate (domain 6.10,
8.10)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.errors import Invalid
from baodao.pairings import rules
from baodao.pairings.models import Apart, HouseholdPairing
from baodao.people.auth import phone_hash
from baodao.people.models import Member, Resident
from baodao.places.constraints import said
from baodao.places.models import Household
from baodao.places.rules import COMMUNITY


def community_of(path: str) -> str:
    """The community that a path is in."""
    return "/".join(path.split("/")[:COMMUNITY]) + "/"


def channel_of(member: Member, home: Household) -> tuple[str, str]:
    """(channel, community): where the member has reported. Raises Invalid when that
    is not the household's community."""
    path = community_of(home.path)
    if (member.residence_path or "").startswith(path):
        return "residence", path
    if (member.point_path or "").startswith(path):
        return "unit", path
    raise Invalid(
        fields={"member": "这名党员没有在本社区报到。请选在本社区报到的党员。"}
    )


def refuse_unfit(member: Member, home: Household) -> None:
    """Raise Invalid with what stands against this pair."""
    if member.duty_status != "on_duty":
        raise Invalid(fields={"member": "这名党员现在不在岗。请另选一位。"})
    channel_of(member, home)
    if home.place.valid_to is not None:
        raise Invalid(fields={"household": "这一户已经不在了。请核对户号。"})
    live = HouseholdPairing.objects.filter(state__in=rules.LIVE)
    if live.filter(member=member).exists():
        raise Invalid(
            fields={"member": "这名党员已经有一户在联系。一人一户，请另选一位。"}
        )
    if why := apart(member, home):
        raise Invalid(
            fields={"member": f"不能结对：{rules.APART[why]}。请另选一位。"},
            code="apart",
        )


def apart(member: Member, home: Household) -> str:
    """Why these two must stay apart; "" when they need not. A telephone number that is
    the member's own says that it is their home, whoever forgot to mark it."""
    marked = Apart.objects.filter(member=member, household=home, removed=False).first()
    if marked:
        return marked.why
    number = member.person.phone_hash
    if number and number in phones_of([home.pk]).get(home.pk, set()):
        return "own"
    return ""


def phones_of(ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """household → hashes of the telephone numbers known of it."""
    found: dict[UUID, set[str]] = {}
    wanted = list(ids)
    known = Resident.objects.filter(~Q(phone_hash=""), household__id__any=wanted)
    for pk, number in known.values_list("household_id", "phone_hash"):
        found.setdefault(pk, set()).add(number)
    homes = Household.objects.filter(pk__any=wanted).only("id", "phone")
    for home in homes:
        if home.phone:
            found.setdefault(home.pk, set()).add(phone_hash(home.phone))
    return found


def set_apart(*, actor: Actor, member_id: UUID, household_id: UUID, why: str) -> Done:
    """These two must not be paired. Errors: why, household."""
    if why not in rules.APART:
        raise Invalid(fields={"why": "请选是什么关系。"})
    home = Household.objects.get(pk=household_id)
    live = HouseholdPairing.objects.filter(
        Q(member_id=member_id) | Q(second_id=member_id), household=home,
        state__in=rules.LIVE,
    )  # fmt: skip
    if live.exists():
        raise Invalid(
            fields={"household": "这两方现在正在结对。请先换人联系，再做标记。"}
        )
    row = Apart(member_id=member_id, household=home, home_path=home.path, why=why)
    with said(apart_once=("household", "已经标过了，不用再标。")):
        return create(actor, "apart.add", row, Write(reason=why))


def unset_apart(*, actor: Actor, apart_id: UUID) -> Done:
    """The mark was a mistake, or does not hold any more."""
    return act(actor, "apart.remove", apart_id, lambda r: Write(set={"removed": True}))
