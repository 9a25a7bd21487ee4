"""How long what was taken out of results is kept (L49; domain 9.3)."""

from baodao.acts import forgetting
from baodao.people.retention import Retention

EXTRACT = "scoring.Extract"
EXTRACTS = Retention(
    "extracts", "提取过的评价结果", "只留“谁为什么提取过”的记录", "retention.extract_days",
    EXTRACT, "path", "made_at", lambda ids: forgetting.delete(EXTRACT, ids), instant=True,
)  # fmt: skip
