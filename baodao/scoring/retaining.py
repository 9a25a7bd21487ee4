"""How long what was taken out of results, and complaints, are kept (L45, L49; domain
9.3)."""

from collections.abc import Collection
from uuid import UUID

from baodao.acts import forgetting
from baodao.people.retention import Retention

EXTRACT = "scoring.Extract"
EXTRACTS = Retention(
    "extracts", "提取过的评价结果", "只留“谁为什么提取过”的记录", "retention.extract_days",
    EXTRACT, "path", "made_at", lambda ids: forgetting.delete(EXTRACT, ids), instant=True,
)  # fmt: skip
COMPLAINT = "scoring.Complaint"


def _complaints(ids: Collection[UUID]) -> None:
    forgetting.notes_of(ids)
    forgetting.delete(COMPLAINT, ids)


COMPLAINTS = Retention(
    "complaints", "差评", "只留什么时候查过、什么结果", "retention.complaint_days", COMPLAINT,
    "path", "decided_at", _complaints, instant=True,
)  # fmt: skip
