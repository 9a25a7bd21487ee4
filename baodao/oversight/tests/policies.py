"""Documents for tests, brought to a state by the real services."""

from datetime import date, datetime

from baodao.oversight.models import Policy, PolicyReceipt
from baodao.oversight.policies import services
from baodao.oversight.policies.services import ClauseSaid, Said
from baodao.oversight.tests.make import NOW
from baodao.people.tests.make import World

SINCE = date(2026, 11, 20)
ALL = ("township", "community", "unit")
CLAUSES = (
    ClauseSaid("在职党员到居住地报到。", "报到", "各单位党组织", "党组织书记", "unit_secretary"),
    ClauseSaid("每月走访一次。", "走访", "各社区", "社区党组织书记", "community_secretary"),
)  # fmt: skip


def said(w: World, **more: object) -> Said:
    words = Said(
        "关于做好“双报到”工作的通知", "notice", SINCE, w.places.district.path,
        "讲清谁来报到、怎么报到。", "噶组发〔2026〕12号", to=ALL,
    )  # fmt: skip
    return words._replace(**more)  # type: ignore[arg-type]


def drafted(
    w: World, key: str = "county_org", now: datetime = NOW, **more: object
) -> Policy:
    """A draft with two clauses."""
    actor = w.actors[key]
    pk = services.draft(actor=actor, said=said(w, **more), now=now).id
    for clause in CLAUSES:
        services.write_clause(actor=actor, policy_id=pk, said=clause, now=now)
    return Policy.objects.get(pk=pk)


def published(
    w: World, key: str = "county_org", now: datetime = NOW, **more: object
) -> Policy:
    p = drafted(w, key, now, **more)
    services.publish(actor=w.actors[key], policy_id=p.pk, now=now)
    return Policy.objects.get(pk=p.pk)


def receipt(p: Policy, path: str) -> PolicyReceipt:
    """That of a place."""
    return p.receipts.get(path=path, unit=None)
