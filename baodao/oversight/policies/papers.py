"""The document itself as a file, and what rests on its clauses (A04, L03). Errors as
`policies.services`."""

from datetime import datetime
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import act, create, note_event
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.oversight.models import ClauseLink, PolicyFile
from baodao.oversight.policies import rules
from baodao.oversight.policies.services import own, policy_of
from baodao.places.basis import KINDS
from baodao.places.constraints import said as constraint_said


def attach(
    *, actor: Actor, policy_id: UUID, name: str, data: bytes,
    now: datetime | None = None,
) -> PolicyFile:  # fmt: skip
    """Keep the document itself as a PDF, encrypted in its row. Errors: file."""
    p = policy_of(policy_id)
    own(actor, p, "attach")
    if p.state not in ("draft", "published"):
        raise Conflict("只有草稿和现行的一版可以存原件。")
    if len(data) > rules.MOST_BYTES:
        raise Invalid(fields={"file": "文件超过 4 兆。请扫描成黑白或调低清晰度再传。"})
    if not data.startswith(b"%PDF-"):
        raise Invalid(fields={"file": "只收 PDF。请换一种格式再传。"})
    file = PolicyFile(
        policy=p, name=name[-80:], size=len(data), body=data, added_by=actor.name,
        added_at=now or clock_now(),
    )  # fmt: skip
    write = Write(adds=[file], data={"file": str(file.pk), "size": file.size})
    act(actor, "policies.attach", p.pk, lambda row: write, now=now)
    return file


def open_file(*, actor: Actor, policy_id: UUID, file_id: UUID) -> PolicyFile:
    """The file, after it was noted who opens it. Whether the actor may read the document
    is asked by the page."""
    file = PolicyFile.objects.filter(pk=file_id, policy=policy_id).first()
    if file is None:
        raise NotFound
    p = policy_of(policy_id)
    note_event(actor, "policies.open_file", p, Write(data={"file": str(file.pk)}))
    return file


def link(
    *, actor: Actor, policy_id: UUID, clause: int, kind: str, code: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """That a setting, a kind of duty or a rule rests on a clause. Errors: what."""
    p = policy_of(policy_id)
    own(actor, p, "attach")
    if p.state != "published":
        raise Conflict("只有现行的一版可以写明依据。")
    row = p.clauses.filter(number=clause).first()
    if row is None:
        raise NotFound
    if kind not in KINDS or code not in KINDS[kind].names():
        raise Invalid(fields={"what": "请选是什么依据这一条。"})
    new = ClauseLink(clause=row, kind=kind, code=code, path=p.path)
    once = ("what", "已经写明依据这一条。")
    with constraint_said(clause_link_once=once):
        return create(actor, "policy_links.link", new, now=now)


def unlink(
    *, actor: Actor, policy_id: UUID, link_id: UUID, now: datetime | None = None
) -> Done:
    """It no longer rests on that clause."""
    row = ClauseLink.objects.select_related("clause__policy").filter(pk=link_id).first()
    if row is None or row.clause.policy_id != policy_id:
        raise NotFound
    own(actor, row.clause.policy, "attach")
    return act(actor, "policy_links.unlink", link_id, now=now)
