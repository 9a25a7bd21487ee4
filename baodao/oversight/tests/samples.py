"""Rows of oversight that the route tests ask for, by the first words of the route."""

from datetime import timedelta
from uuid import UUID

from baodao.core.clock import now, today
from baodao.duties.models import Duty
from baodao.oversight.models import PolicyFile
from baodao.oversight.policies import papers
from baodao.oversight.tests import make
from baodao.oversight.tests import policies as documents
from baodao.people.tests.make import World


def directive_rows(w: World) -> dict[str, UUID]:
    """A draft, one that runs, and the standing community's item of it."""
    due_on = today() + timedelta(days=14)
    draft = make.drafted(w, now=now(), due_on=due_on)
    sent = make.published(w, now=now(), due_on=due_on)
    item = make.item(sent, w.places.community.pk).pk
    return {
        "oversight:directive_edit": draft.pk, "oversight:directive_choose": draft.pk,
        "oversight:directive": sent.pk, "oversight:item": item,
        "oversight:duty": Duty.objects.get(source_id=item).pk,
    }  # fmt: skip


def policy_rows(w: World) -> tuple[dict[str, UUID], dict[str, UUID | str]]:
    """A draft, and one in force with a paper and a duty that rests on it; and what else
    the routes are filled with."""
    county = w.actors["county_org"]
    draft = documents.drafted(w, now=now())
    out = documents.published(w, now=now(), effective_on=today(), is_public=True)
    link = papers.link(
        actor=county, policy_id=out.pk, clause=2, kind="duty", code="directive"
    )
    paper: PolicyFile = papers.attach(
        actor=county, policy_id=out.pk, name="通知.pdf", data=b"%PDF-1.7 x"
    )
    rows = {
        "policies:edit": draft.pk, "policies:clause": draft.pk, "policies:": out.pk,
    }  # fmt: skip
    more: dict[str, UUID | str] = {
        "link_id": link.id, "file_id": paper.pk, "clause_key": draft.drafted[0]["key"],
    }  # fmt: skip
    return rows, more
