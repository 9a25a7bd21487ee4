"""Who takes part: for each client a community with its worker and some members, all
with tokens. Made once through the product's own services."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from bench.deployment import VAR

CLIENTS, MEMBERS = 32, 12
FILE = VAR / "cast.json"


@dataclass(frozen=True)
class Part:
    """One client's people: tokens, and the id of the community."""

    place: str
    worker: str
    members: list[str]


def cast() -> list[Part]:
    """Read, or made on the first run."""
    if not FILE.exists():
        FILE.write_text(json.dumps([asdict(p) for p in _make()]))
    return [Part(**row) for row in json.loads(FILE.read_text())]


def _make() -> list[Part]:
    from django.db.models import Count

    from baodao.people.models import Member
    from baodao.places.models import Place

    homes = Member.objects.filter(residence__level=5).exclude(residence=None)
    rows = homes.values("residence").annotate(n=Count("pk")).filter(n__gte=MEMBERS)
    parts = []
    for i, row in enumerate(rows.order_by("residence__path")[:CLIENTS]):
        place = Place.objects.get(pk=row["residence"])
        person = _worker(place, f"bench.worker{i}")
        members = homes.filter(residence=place).order_by("volunteer_no")[:MEMBERS]
        parts.append(
            Part(
                str(place.pk),
                _token(person, f"bench.worker{i}", "community_worker"),
                [
                    _token(m.person_id, f"bench.m{i}.{k}", "member")
                    for k, m in enumerate(members)
                ],
            )
        )
    return parts


def _worker(place: Any, username: str) -> Any:
    """The person who works at the community, from an earlier run if there was one."""
    from baodao.acts.actor import SYSTEM
    from baodao.core.clock import today
    from baodao.people.models import Account
    from baodao.people.services import add_person, give_role

    account = Account.objects.filter(username=username).first()
    if account:
        return account.person_id
    person = add_person(actor=SYSTEM, name=username, path=place.path).id
    give_role(
        actor=SYSTEM, person_id=person, role="community_worker", place_id=place.pk,
        valid_to=today() + timedelta(days=360),
    )  # fmt: skip
    return person


def _token(person_id: Any, username: str, wanted: str) -> str:
    """An account of the person that is past its first password, and its token."""
    from baodao.acts.actor import SYSTEM
    from baodao.people.middleware import actors_of, key_of
    from baodao.people.models import Account
    from baodao.people.services import open_account
    from baodao.tokens.services import make_token

    account = Account.objects.filter(person_id=person_id).first()
    if account is None:
        done, _ = open_account(actor=SYSTEM, person_id=person_id, username=username)
        account = Account.objects.get(pk=done.id)
    # Nobody signs in with it: the first password is never needed.
    Account.objects.filter(pk=account.pk).update(must_change_password=False)
    role = next(key_of(a) for a in actors_of(account) if a.role == wanted)
    return make_token(
        actor=SYSTEM, account=account, role_key=role, name="测速", days=360
    )[1]
