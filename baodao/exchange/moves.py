"""What is open goes with its community when places change; what is over stays where it
was recorded (domain 8.22). Agreements are counted in the preview; the rest goes along
without a word, for each would cost the preview a query."""

from django.db.models import Q

from baodao.exchange.agreements import rules as agreements
from baodao.exchange.lists import rules as lists
from baodao.exchange.projects import rules as projects
from baodao.places.changes.moves import Follow

_OPEN_BOOKING = Q(state__in=("asked", "reserved"))
_IN_PLACE, _BY_PATH = {"path": "place"}, {"path": ""}
# What it is called, its model and flow, which of them go along, and by which columns.
_QUIET: tuple[tuple[str, str, str, Q, dict[str, str]], ...] = (
    ("次待确认的协议履行", "Deed", "deeds", Q(state="reported"), _BY_PATH),
    ("条清单里的需求", "Need", "needs", Q(state__in=lists.NEED_OPEN), _IN_PLACE),
    ("项清单里的资源", "Resource", "resources", ~Q(state="retired"), _IN_PLACE),
    ("次没用过的预约", "Booking", "bookings", _OPEN_BOOKING, _BY_PATH),
    ("个在办的清单项目", "ListProject", "listprojects",
     Q(state__in=lists.PROJECT_OPEN), _IN_PLACE),
    ("个在办的年度项目", "CoProject", "coprojects",
     Q(state__in=projects.PROJECT_OPEN), _IN_PLACE),
    ("个没销号的难点问题", "KeyProblem", "problems",
     Q(state__in=projects.PROBLEM_OPEN), _IN_PLACE),
    ("笔资金、资源、项目", "PoolEntry", "pool", ~Q(state="withdrawn"), _IN_PLACE),
)  # fmt: skip
ALL = (
    Follow(
        "份在办或履行中的共建协议", "exchange.Agreement", "agreements.follow_place",
        Q(state__in=agreements.OPEN), _IN_PLACE,
        divided="份共建协议的社区要分开，先归主要的一方，请核对",
    ),
    *(
        Follow(
            words, f"exchange.{model}", f"{flow}.follow_place", which, columns,
            quiet=True,
        )
        for words, model, flow, which, columns in _QUIET
    ),
)  # fmt: skip
