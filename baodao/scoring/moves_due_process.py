"""What of deductions and appeals follows when places change: what nobody has decided yet
or is being heard. What was decided stays as recorded (domain 8.22)."""

from django.db.models import Q

from baodao.places.changes.moves import Follow
from baodao.scoring.rules_complaints import OPEN
from baodao.scoring.rules_deductions import OBJECTED

DEDUCTIONS = Follow(
    "条没有定的扣分", "scoring.Deduction", "deductions.follow_place",
    Q(state__in=OBJECTED), {"path": "place"},
    divided="条没有定的扣分在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
APPEALS = Follow(
    "件没有终结的申诉", "scoring.Appeal", "appeals.follow_place", Q(settled_at=None),
    {"path": "place"}, quiet=True,
)  # fmt: skip
MERITS = Follow(
    "项没有确认的成绩", "scoring.Merit", "merits.follow_place", Q(state="registered"),
    {"path": "place"}, quiet=True,
)  # fmt: skip
COMPLAINTS = Follow(
    "件没有查完的差评", "scoring.Complaint", "complaints.follow_place",
    Q(state__in=OPEN), {"path": "place"}, quiet=True,
)  # fmt: skip
ALL = (DEDUCTIONS, APPEALS, MERITS, COMPLAINTS)
