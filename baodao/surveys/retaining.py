"""How long what households said in words is kept after a survey has ended (domain 9.3).
Codes and sums stay: the next round is compared with them."""

from django.db.models import Q

from baodao.acts import forgetting
from baodao.people.retention import Retention

SHEET = "surveys.Sheet"
WORDS = Retention(
    "survey_words", "结束了的摸底里住户说的文字", "只留选项和合计", "retention.survey_days",
    SHEET, "path", "survey__closed_on",
    lambda ids: forgetting.blank(SHEET, ids, {"texts": ""}),
    ready=lambda: Q(texts__isnull=False, survey__state="closed"),
    held_by=("pk", "survey_id"),
)  # fmt: skip
