"""The members of all units: who they are, where they live, what they can do."""

import random
from datetime import timedelta
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.models import Counter as Series
from baodao.people.auth import phone_hash
from baodao.people.choices import AVAILABILITY, SKILLS
from baodao.people.models import Exemption, Member, Person, Unit
from baodao.places import rules
from baodao.places.models import Place
from baodao.portal.demo import names, staff
from baodao.portal.demo.world import World, pinyin

KNACKS = {  # function of the unit → what its people can do
    "housing": ("repair", "plumbing", "electric"), "utilities": ("electric", "plumbing", "repair"),
    "health": ("medical", "counsel"), "education": ("tutoring", "writing"),
    "civil_affairs": ("mediation", "policy"), "justice": ("law", "mediation"),
    "employment": ("policy", "writing"), "transport": ("driving", "repair"),
    "environment": ("cleaning", "repair"), "culture": ("sports", "writing"),
    "agriculture": ("driving", "policy"), "finance": ("policy", "writing"),
    "telecom": ("phone_help", "electric"), "fire_safety": ("repair", "driving"),
    "commerce": ("policy", "cooking"), "party": ("policy", "writing"),
}  # fmt: skip
CLASSES = {  # skill → the categories one signs up for
    "repair": "repair", "plumbing": "repair", "electric": "repair", "medical": "health",
    "counsel": "health", "law": "law", "tutoring": "study", "phone_help": "elder",
    "driving": "elder", "tibetan": "policy", "writing": "jobs", "sports": "culture",
    "mediation": "mediation", "cooking": "elder", "cleaning": "environment",
    "policy": "policy",
}  # fmt: skip
EXEMPT = ("illness", "maternity", "remote_posting", "study")


def build(w: World) -> dict[UUID, Place]:
    """All members, their secretaries and liaisons. Returns where each one lives; the
    report-in tells the member's row about it."""
    rng = w.rng("members")
    homes: dict[UUID, Place] = {}
    prefix = "".join(w.places[w.preset.root].path.split("/")[:2])
    for unit in w.units:
        near = _homes(w, unit)
        weights = [max(h.population, 100) for h in near]
        for n in range(unit.head_count):
            name = names.name(rng, w.preset.tibetan)
            home = rng.choices(near, weights)[0]
            if unit.short_name == w.preset.demo_unit and n < 2:
                name = w.preset.cast[("unit_secretary", "member")[n]][0]
                home = w.places[w.preset.main]
            member = _member(
                w, rng, unit, name, f"{prefix}-{len(w.members) + 1:06d}", n
            )
            homes[member.id] = home
        _posts(w, unit)
    w.batch.add(Series(key=f"volunteer:{prefix}", n=len(w.members)))
    _exemptions(w, rng)
    return homes


def _homes(w: World, unit: Unit) -> list[Place]:
    """Communities with staff around the seat: those of its township, else county."""
    for level in (rules.TOWNSHIP, rules.COUNTY):
        lo = w.above(unit.seat, level).path
        found = [
            p for p in w.places.values()
            if p.level == rules.COMMUNITY and p.path.startswith(lo)
            and w.staff.get(("community_worker", p.path))
        ]  # fmt: skip
        if (
            level == rules.TOWNSHIP
            and w.preset.code == "luzhou"
            and _number_of(unit) % 10 < 7
        ):
            continue  # in a city people live where they like
        if found:
            return found
    raise ValueError(unit.name)


def _number_of(unit: Unit) -> int:
    """A number of the unit's own that does not change from run to run."""
    return sum(map(ord, unit.name))


def _member(
    w: World, rng: random.Random, unit: Unit, name: str, number: str, n: int
) -> Member:
    phone = w.phone()
    person = Person(
        name=name, pinyin=pinyin(name), phone=phone, phone_hash=phone_hash(phone),
        path=unit.path, unit_id=unit.id, created_at=w.since,
    )  # fmt: skip
    skills = _skills(rng, unit, name)
    draw = rng.random()
    duty = (
        "on_duty"
        if n < 4 or draw < 0.965
        else "exempt"
        if draw < 0.985
        else "seconded_away"
    )
    member = Member(
        person=person, volunteer_no=number, unit=unit, party_org=w.orgs[unit.id],
        unit_path=unit.path, skills=skills, duty_status=duty,
        service_classes=sorted({CLASSES[s] for s in skills}),
        availability=sorted(rng.sample(sorted(AVAILABILITY), rng.randrange(1, 3))),
        praise_public=rng.random() < 0.2,
        joined_on=w.preset.since - timedelta(days=rng.randrange(30, 4000)),
    )  # fmt: skip
    w.create("members.add", member, write=Write(adds=[person]))
    w.members.append(member)
    w.of_unit[unit.id].append(member)
    return member


def _skills(rng: random.Random, unit: Unit, name: str) -> list[str]:
    found = {rng.choice(KNACKS[f]) for f in unit.functions if rng.random() < 0.7}
    if rng.random() < 0.35:
        found.add(rng.choice(sorted(set(SKILLS) - {"tibetan", "medical", "law"})))
    if len(name) == 4 and rng.random() < 0.6:
        found.add("tibetan")
    return sorted(found)


def _posts(w: World, unit: Unit) -> None:
    """Secretary and liaison of a unit, and the demo people of the demo unit."""
    first, second, third = w.of_unit[unit.id][:3]
    demo = unit.short_name == w.preset.demo_unit
    username = staff.USERNAME["unit_secretary"] if demo else None
    w.unit_actor[unit.id] = staff.appoint(w, "unit_secretary", first, unit, username)
    staff.appoint(w, "unit_liaison", third if demo else second, unit)
    if demo:
        staff.open_account(w, second.person, str(staff.USERNAME["member"]))
        w.demo_member = second


def _exemptions(w: World, rng: random.Random) -> None:
    """Dated reasons of those who are exempt or seconded, ticked by their units."""
    for member in w.members:
        if member.duty_status == "on_duty" or member.unit_id is None:
            continue
        away = member.duty_status == "seconded_away"
        since = w.start_of_year + timedelta(days=rng.randrange(0, 40))
        secretary = w.unit_actor[member.unit_id]
        w.create(
            "exemptions.add",
            Exemption(
                member=member, unit_id=member.unit_id, path=member.unit_path,
                kind="secondment" if away else rng.choice(EXEMPT), valid_from=since,
                valid_to=since + timedelta(days=rng.choice((365, 420, 540))),
                ticked_by=secretary.name,
            ),
            actor=secretary,
        )  # fmt: skip
