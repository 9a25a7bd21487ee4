"""What is open goes with its community when places change; what is over stays where it
was recorded (domain 8.22). Agreements are counted in the preview; the rest goes along
without a word, for each would cost the preview a query."""

from django.db.models import Q

from baodao.exchange.agreements import rules as agreements
from baodao.exchange.lists import rules as lists
from baodao.exchange.projects import rules as projects
from baodao.places.changes.moves import Follow

ALL = (
    Follow(
        "份在办或履行中的共建协议",
        "exchange.Agreement",
        "agreements.follow_place",
        Q(state__in=agreements.OPEN),
        {"path": "place"},
        divided="份共建协议的社区要分开，先归主要的一方，请核对",
    ),
    Follow(
        "次待确认的协议履行",
        "exchange.Deed",
        "deeds.follow_place",
        Q(state="reported"),
        {"path": ""},
        quiet=True,
    ),
    Follow(
        "条清单里的需求",
        "exchange.Need",
        "needs.follow_place",
        Q(state__in=lists.NEED_OPEN),
        {"path": "place"},
        quiet=True,
    ),
    Follow(
        "项清单里的资源",
        "exchange.Resource",
        "resources.follow_place",
        ~Q(state="retired"),
        {"path": "place"},
        quiet=True,
    ),
    Follow(
        "次没用过的预约",
        "exchange.Booking",
        "bookings.follow_place",
        Q(state__in=("asked", "reserved")),
        {"path": ""},
        quiet=True,
    ),
    Follow(
        "个在办的清单项目",
        "exchange.ListProject",
        "listprojects.follow_place",
        Q(state__in=lists.PROJECT_OPEN),
        {"path": "place"},
        quiet=True,
    ),
    Follow(
        "个在办的年度项目",
        "exchange.CoProject",
        "coprojects.follow_place",
        Q(state__in=projects.PROJECT_OPEN),
        {"path": "place"},
        quiet=True,
    ),
    Follow(
        "个没销号的难点问题",
        "exchange.KeyProblem",
        "problems.follow_place",
        Q(state__in=projects.PROBLEM_OPEN),
        {"path": "place"},
        quiet=True,
    ),
    Follow(
        "笔资金、资源、项目",
        "exchange.PoolEntry",
        "pool.follow_place",
        ~Q(state="withdrawn"),
        {"path": "place"},
        quiet=True,
    ),
)
