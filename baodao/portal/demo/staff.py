"""Who works with the system: roles by place, and the demo accounts."""

from datetime import date, timedelta
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.core.ids import uuid7
from baodao.people.models import Account, Member, Person, RoleTie, Unit
from baodao.places import rules
from baodao.places.models import Place
from baodao.portal.demo import names
from baodao.portal.demo.accounts import DEMO_ACCOUNTS
from baodao.portal.demo.world import World, table

USERNAME = {a.role: a.username for a in DEMO_ACCOUNTS if a.username}


def build(w: World) -> None:
    """Everybody but unit secretaries, from the prefecture down to the grids."""
    rng = w.rng("staff")
    demo = {role: (name, code) for role, (name, code) in w.preset.cast.items() if code}
    for place in sorted(w.places.values(), key=lambda p: p.path):
        for role, count in _roles(w, place):
            for n in range(count):
                name, code = demo.get(role, ("", ""))
                if code == place.code and n == 0:
                    hire(w, role, name, place, USERNAME[role])
                else:
                    hire(w, role, names.name(rng, w.preset.tibetan), place)


def _roles(w: World, place: Place) -> list[tuple[str, int]]:
    """Which roles are held at a place, and by how many."""
    top = place.code == w.preset.root
    if place.level == rules.PREFECTURE:
        return [("prefecture_org", 2), *(_tenant() if top else [])]
    if place.level == rules.COUNTY:
        found = [("county_org", 2), ("county_social_work", 1), ("practice_center", 1)]
        return [*found, ("inspector", 1), *(_tenant() if top else [])]
    if place.level == rules.TOWNSHIP:
        centre = 1 if place.kind != "township" else 0
        return [("township_party", 1), ("practice_center", centre)]
    if place.level == rules.COMMUNITY and _serves(w, place):
        return [
            ("community_secretary", 1),
            ("community_worker", 3 if _large(w, place) else 1),
        ]
    if place.level == rules.GRID:
        return [("grid_worker", 1)]
    return []


def _tenant() -> list[tuple[str, int]]:
    """The three administrators are three people; so is the privacy officer."""
    return [
        (r, 1)
        for r in ("system_admin", "security_admin", "audit_admin", "privacy_officer")
    ]


def _serves(w: World, place: Place) -> bool:
    return place.is_contact_point or any(
        c.is_contact_point for c in w.children[place.id]
    )


def _large(w: World, place: Place) -> bool:
    return place.code in (w.preset.main, *w.preset.near)


def hire(
    w: World, role: str, name: str, place: Place, username: str | None = None
) -> Actor:
    """A person with a role at a place."""
    person = w.person(name, place.path)
    actor = _give(w, role, person, place, None, username)
    w.staff[role, place.path].append(actor)
    return actor


def appoint(
    w: World, role: str, member: Member, unit: Unit, username: str | None = None
) -> Actor:
    """A member of a unit as its secretary or liaison. The unit, not the seat, is
    what the role reaches."""
    return _give(w, role, member.person, None, unit, username)


def _give(
    w: World, role: str, person: Person, place: Place | None, unit: Unit | None,
    username: str | None,
) -> Actor:  # fmt: skip
    path = place.path if place else unit.path if unit else ""
    tie = RoleTie(
        person=person, role=role, place=place, path=path, unit=unit,
        valid_from=w.start_of_year - timedelta(days=31),
        valid_to=date(w.year + 3, 1, 1),
    )  # fmt: skip
    w.create("roles.give", tie)
    account = open_account(w, person, username) if username else None
    return Actor(
        role=role, name=person.name, person_id=person.id, path=None if unit else path,
        unit_id=unit.id if unit else None, tie_id=tie.id, account_id=account,
    )  # fmt: skip


def open_account(w: World, person: Person, username: str) -> UUID:
    """A demo account: no password opens it, only the button on the demo page."""
    account = Account(
        id=uuid7(w.since), username=username, person=person, path=person.path,
        unit_id=person.unit_id, created_at=w.since,
    )  # fmt: skip
    account.set_unusable_password()
    w.create("accounts.add", account)
    w.accounts[person.id] = account.id
    return account.id


def leaders(w: World) -> None:
    """The prefecture's leaders (A26): people, not members of the count. Their contact
    points: `demo.councils_people`."""
    if w.preset.code != "ali":
        return
    rng = w.rng("leaders")
    root = w.places[w.preset.root]
    for row in table("leaders.csv"):
        person = w.person(names.name(rng, w.preset.tibetan), root.path)
        w.leaders.append((row["post"], person.name))
