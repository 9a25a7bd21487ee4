"""What every stage of the demo shares: the batch, the random numbers, the places
and people made so far, and who acts for them."""

import csv
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.bulk import Batch
from baodao.acts.models import Acted
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.core.text import pinyin_key
from baodao.orders.models import Order
from baodao.people.auth import phone_hash
from baodao.people.models import Member, PartyOrg, Person, Unit
from baodao.places.models import Estate, Household, Place
from baodao.portal.demo.presets import Preset

DATA = Path(__file__).resolve().parent / "data"
pinyin = lru_cache(maxsize=None)(pinyin_key)


def table(name: str) -> Iterator[dict[str, str]]:
    """The rows of a data file."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@dataclass
class World:
    """One demo while it is being made. `since` is when the deployment was set up;
    `year` is the year whose figures the histories give."""

    preset: Preset
    seed: int
    now: datetime
    say: Callable[[str], None]
    batch: Batch = field(default_factory=Batch)
    places: dict[str, Place] = field(default_factory=dict)
    by_id: dict[UUID, Place] = field(default_factory=dict)
    children: dict[UUID, list[Place]] = field(default_factory=lambda: defaultdict(list))
    households: dict[str, list[Household]] = field(
        default_factory=lambda: defaultdict(list)
    )
    estates: list[Estate] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    orgs: dict[UUID, PartyOrg] = field(default_factory=dict)
    points_of: dict[UUID, list[Place]] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    of_unit: dict[UUID, list[Member]] = field(default_factory=lambda: defaultdict(list))
    staff: dict[tuple[str, str], list[Actor]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unit_actor: dict[UUID, Actor] = field(default_factory=dict)
    accounts: dict[UUID, UUID] = field(default_factory=dict)  # person → account
    orders: list[Order] = field(default_factory=list)
    # community → its units, each with somebody of rank
    heads: dict[UUID, list[tuple[Unit, Person]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    leaders: list[tuple[str, str]] = field(default_factory=list)  # post, name
    demo_member: Member | None = None
    phones: int = 0

    @property
    def year(self) -> int:
        """The year of the figures: this one, from March on; else the one before."""
        here = local(self.now)
        return here.year if here.month >= 3 else here.year - 1

    @property
    def since(self) -> datetime:
        return at_local(self.preset.since, time(10))

    @property
    def start_of_year(self) -> date:
        return date(self.year, 1, 1)

    def rng(self, stage: str) -> random.Random:
        """Each stage has numbers of its own, so that one does not shift another."""
        return random.Random(f"{self.seed}:{self.preset.code}:{stage}")

    def create(
        self, action: str, instance: Any, *, actor: Actor = SYSTEM,
        at: datetime | None = None, write: Write | None = None,
    ) -> None:  # fmt: skip
        """A new row as an act, by somebody who may."""
        at = at or self.since
        if isinstance(instance, Acted):
            instance.created_at = at
        require(actor, action, instance)
        self.batch.create(actor, action, instance, write, at=at)

    def act(
        self, action: str, instance: Any, write: Write, *, actor: Actor, at: datetime
    ) -> None:
        """A further act on a row of this world; rows written with it get its time."""
        for row in write.adds:
            if isinstance(row, Acted):
                row.created_at = at
        self.batch.act(actor, action, instance, write, at=at)

    def phone(self) -> str:
        """The next invented number. 142 is a range that no operator gives out."""
        self.phones += 1
        return f"142{self.phones * 7919 % 100_000_000:08d}"

    def person(
        self, name: str, path: str | None, unit_id: UUID | None = None
    ) -> Person:
        """A person with a phone, written as an act."""
        phone = self.phone()
        person = Person(
            name=name, pinyin=pinyin(name), phone=phone, phone_hash=phone_hash(phone),
            path=path, unit_id=unit_id,
        )  # fmt: skip
        self.create("persons.add", person)
        return person

    def community(self, place: Place) -> Place:
        """The community of a place at or below it."""
        while place.level > 5:
            place = self.by_id[place.parent_id]  # type: ignore[index]
        return place

    def above(self, place: Place, level: int) -> Place:
        """The place of a level at or above `place`."""
        while place.level > level:
            place = self.by_id[place.parent_id]  # type: ignore[index]
        return place

    def organiser(self) -> Actor:
        """The organisation department at the top of the preset."""
        root = self.places[self.preset.root].path
        return next(
            self.staff[role, root][0]
            for role in ("prefecture_org", "county_org")
            if self.staff[role, root]
        )

    def actor_of(self, member: Member) -> Actor:
        """A member as one who acts."""
        person = member.person
        return Actor(
            role="member", name=person.name, person_id=person.id, member_id=member.id,
            unit_id=member.unit_id, account_id=self.accounts.get(person.id),
        )  # fmt: skip
