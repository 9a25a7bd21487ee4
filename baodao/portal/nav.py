"""Menus per role (design 7), the links of every foot, and who is signed in. Only
pages that exist: entries whose page is not there are left out by `ui.nav`."""

from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse

from baodao.acts.actor import Actor
from baodao.notifications.services import unread
from baodao.people.middleware import key_of
from baodao.people.models import Unit
from baodao.people.roles import ROLES
from baodao.places.models import Place
from baodao.ui import nav
from baodao.ui.nav import Entry
from baodao.ui.shapes import Account, Choice

ALLOCATION = Entry("联系点分配", "allocation:index", "map-pin")
LEADERS = Entry("领导联系点", "councils:leaders", "user-check")
ORDERS = Entry("点单", "orders:list", "list-check")
SURVEYS = Entry("摸底", "surveys:list")
# Who asks from door to door, or sends a survey to those who do.
ORDERS_AND_SURVEYS = replace(ORDERS, subs=(ORDERS, SURVEYS))
ACTIVITIES = Entry("活动", "activities:list", "calendar-event")
SHOP = Entry("积分超市", "shop:desk", under=("/shop/",))
# For the centre, which has no score cards.
SERVICE = replace(ACTIVITIES, subs=(ACTIVITIES, SHOP))
# Those above look at shops as such; nobody's points are theirs to see.
SHOPS = replace(SHOP, url="shop:shops")
UNITS = Entry(
    "单位",
    "people:units",
    under=("/people/orgs/", "/people/ties/", "/departures/units/"),
)
MEMBERS = Entry("党员", "people:members", under=("/departures/members/",))
REPORT_INS = Entry("报到", "reporting:list")
PLACES = Entry("地方与住户", "places:browse", under=("/places/", "/people/residents/"))
ROLES_PAGE = Entry("角色", "people:roles")
ACCOUNTS_PAGE = Entry("账号", "people:accounts")
# Two pages behind one entry of those who manage both; a menu of its own for others.
ACCOUNTS = Entry(
    "账号与角色", "people:accounts", "key", subs=(ACCOUNTS_PAGE, ROLES_PAGE)
)
FIGURES = Entry(
    "统计", "stats:orders", "chart-bar",
    subs=(Entry("点单", "stats:orders"), Entry("活动", "stats:activities"),
          Entry("参与率", "stats:participation"), Entry("报到情况", "reporting:coverage")),
)  # fmt: skip
SETTINGS = Entry(
    "设置", "places:settings", "settings",
    under=("/places/calendar/", "/places/pauses/"),
)  # fmt: skip
RETENTION = Entry("到期删除", "people:retention", "trash")
EXPORTS = Entry("导出记录", "sheets:exports", "download")
DUTIES = Entry("应办", "duties:list", "clock")
PROGRESS = Entry("进展", "progress:list", "chart-bar")
BONDS = Entry("包联", "pairings:list", "home-heart", under=("/pairings/",))
# Single visits are for those who confirm them; others look at the bonds.
VISITS = Entry(
    "走访", "pairings:visits", "home-heart", under=("/pairings/",),
    subs=(Entry("走访", "pairings:visits"), BONDS, DUTIES),
)  # fmt: skip
BUILDING = Entry(
    "共建", "exchange:agreement_list", "link",
    subs=(Entry("协议、清单和项目", "exchange:agreement_list", under=("/exchange/",)),
          Entry("会议、议事和组织", "councils:meetings", under=("/councils/",))),
)  # fmt: skip
DIRECTIVES = Entry("工作要求", "oversight:directives", "flag", under=("/directives/",))
# What is sent to a community or a unit; those who send see what they sent first.
RECEIVED = replace(DIRECTIVES, url="oversight:items")
POLICIES = Entry("文件", "policies:list", "file-text", under=("/policies/",))
SENT = replace(ORDERS, label="点单和要求", subs=(ORDERS, SURVEYS, DIRECTIVES, POLICIES))
TALKS = Entry("议事", "councils:deliberations", "users-group", under=("/councils/",))

CARDS = Entry("积分卡", "scoring:cards", "id", under=("/scores/",))
DEDUCTIONS = Entry("扣分", "scoring:deductions", under=("/scores/deductions/",))
COMPLAINTS = Entry("差评", "scoring:complaints", under=("/scores/complaints/",))
APPEALS = Entry("申诉", "scoring:appeals", under=("/scores/appeals/",))
MERITS = Entry("成绩", "scoring:merits", under=("/scores/merits/",))
# Of units, who see what is about themselves.
OWN_DEDUCTIONS = Entry(
    "扣分和申诉", "scoring:my_deductions",
    under=("/scores/deductions/", "/scores/appeals/", "/scores/merits/"),
)  # fmt: skip
RULES = Entry("积分规则", "scoring:rules")
_YEARLY = (
    "/scores/evaluations/",
    "/scores/feedback/",
    "/scores/grades/",
    "/scores/extracts/",
)
EVALUATIONS = Entry("年度评价", "scoring:evaluations", under=_YEARLY)
CHECKUPS = Entry("积分体检", "scoring:checkups", under=("/scores/checkups/",))
LETTERS = Entry("积分通知", "scoring:letters", under=("/scores/letters/",))
# One tab with pages of its own: summaries, letters, checks, praise, samples.
SUMS = Entry(
    "汇总、通知、体检", "scoring:quarters",
    under=tuple(
        f"/scores/{x}/" for x in ("quarters", "letters", "checkups", "praise", "samples")
    ),
)  # fmt: skip
# Above the community there are no summaries to close, but what they come to.
SUMS_ABOVE = replace(SUMS, url="scoring:report")
SCORES = Entry(
    "积分与评价",
    "scoring:cards",
    "id",
    subs=(CARDS, DEDUCTIONS, COMPLAINTS, APPEALS, MERITS, SUMS, EVALUATIONS, SHOP, RULES),
)  # fmt: skip
OWN_CARD = Entry("本单位积分卡", "scoring:mine")
FEEDBACK = Entry("评价和反馈卡", "scoring:received", under=_YEARLY)
GRADES = Entry("年度评价", "scoring:grades", under=_YEARLY)

COUNTY = ("county_org", "county_social_work", "prefecture_org")


def people(*more: Entry) -> Entry:
    """单位与党员 and the pages that belong to it."""
    return Entry(
        "单位与党员", "people:units", "users", under=("/imports/",),
        subs=(UNITS, MEMBERS, REPORT_INS, PLACES, PROGRESS, *more),
    )  # fmt: skip


def register() -> None:
    """Called once by the app's `ready`."""
    asked = replace(VISITS, subs=(*VISITS.subs, RECEIVED, POLICIES))
    near = [ORDERS_AND_SURVEYS, asked, ACTIVITIES, BUILDING]
    nav.register(["community_worker"], [*near, people(ROLES_PAGE), SCORES, FIGURES])
    both = people(ACCOUNTS_PAGE, ROLES_PAGE)
    nav.register(["community_secretary"], [*near, both, SCORES, FIGURES])
    bonds = replace(BONDS, subs=(BONDS, DUTIES))
    # Merits are between a community and whom they are about.
    heard = replace(
        SCORES,
        subs=(CARDS, DEDUCTIONS, COMPLAINTS, APPEALS, SUMS_ABOVE, EVALUATIONS, SHOP, RULES),
    )  # fmt: skip
    nav.register(
        ["township_party"],
        [SENT, bonds, ACTIVITIES, BUILDING, both, heard, FIGURES],
    )
    served = replace(FIGURES, subs=FIGURES.subs[:3])
    nav.register(["practice_center"], [ORDERS, SERVICE, people(), served, POLICIES])
    nav.register(
        ["grid_worker"],
        [ORDERS_AND_SURVEYS, VISITS, ACTIVITIES, replace(PLACES, icon="map-2"),
         replace(REPORT_INS, icon="door-enter"), TALKS, POLICIES],
    )  # fmt: skip
    bonded = Entry("包联和结对", "pairings:coverage", under=("/pairings/",))
    allocation = replace(ALLOCATION, subs=(ALLOCATION, LEADERS, bonded))
    settings = replace(SETTINGS, subs=(SETTINGS, RETENTION))
    yearly = Entry("活动年度计划", "activities:plan", under=("/activities/",))
    heard_above = (APPEALS, SUMS_ABOVE, GRADES, SHOPS, RULES)
    for role in COUNTY:
        # What a township may not decide itself the organisation department does.
        given = (DEDUCTIONS,) if role == "county_org" else ()
        figures = replace(
            FIGURES, subs=(*FIGURES.subs, yearly, CARDS, *given, *heard_above)
        )
        nav.register(
            [role],
            [allocation, SENT, BUILDING, figures, people(DUTIES), settings, ACCOUNTS],
        )
    looked_at = replace(FIGURES, subs=(*FIGURES.subs, SHOPS))
    nav.register(["inspector"], [ORDERS, BUILDING, people(), looked_at, POLICIES])
    own = Entry("联席会议和议事", "councils:unit", under=("/councils/",))
    unit = [
        Entry("接单", "orders:unit", "list-check"),
        replace(BONDS, subs=(BONDS, DUTIES, RECEIVED, POLICIES)),
        ACTIVITIES,
        replace(BUILDING, subs=(BUILDING.subs[0], own)),
        Entry("报到", "reporting:list", "door-enter"),
        Entry(
            "本单位党员", "people:members", "users", under=("/departures/", "/imports/"),
            subs=(
                MEMBERS, PROGRESS, CARDS, OWN_CARD, OWN_DEDUCTIONS, CHECKUPS, LETTERS,
                FEEDBACK, RULES,
            ),
        ),
    ]  # fmt: skip
    nav.register(["unit_liaison"], unit)
    nav.register(["unit_secretary"], [*unit, ACCOUNTS])
    nav.register(
        ["member"],
        [
            Entry("今天", "portal:member", "sun", under=("/duties/", "/progress/")),
            Entry("走访", "pairings:my_visits", "home-heart", under=("/pairings/",)),
            # What may be claimed is a tab there.
            Entry("接单", "orders:mine", "list-check", under=("/orders/pool/",)),
            Entry(
                "活动",
                "activities:mine",
                "calendar-event",
                under=("/activities/", "/councils/"),
            ),
            Entry(
                "我的",
                "portal:profile",
                "user-circle",
                under=(
                    "/me/account/",
                    "/me/password/",
                    "/report-ins/",
                    "/scores/",
                    "/policies/",
                    "/shop/",
                ),
            ),
        ],
        light=True,
    )
    tree = Entry("单位和地方", "people:units", "users", subs=(UNITS, PLACES))
    nav.register(["system_admin"], [ACCOUNTS, tree, SETTINGS])
    nav.register(["security_admin"], [ACCOUNTS])
    nav.register(
        ["audit_admin", "privacy_officer"],
        [EXPORTS, RETENTION, replace(COMPLAINTS, icon="message-circle"),
         Entry("我的账号", "portal:account", "user-circle")],
    )  # fmt: skip
    own = Entry("我的账号", "portal:account", "user-circle")
    nav.register(["building_group_leader", "center_household"], [own])
    meetings = Entry(
        "联席会议", "councils:meetings", "users-group", under=("/councils/",)
    )
    nav.register(["part_time_member"], [meetings, own])
    estate = Entry("小区组织", "councils:estates", "building", under=("/councils/",))
    nav.register(["compound_branch_secretary", "instructor"], [estate, own])
    nav.register_links(
        "footer",
        [
            Entry("政策文件", "portal:policies"),
            Entry("投诉与建议", "portal:complain"),
            Entry("我的信息谁看过", "portal:seen"),
            Entry("个人信息怎么保护", "portal:privacy"),
            Entry("账本封存码", "portal:digest"),
            Entry("无障碍说明", "portal:accessibility"),
            Entry("帮助", "portal:help"),
        ],
    )
    nav.register_links(
        "public",
        [
            Entry("心愿", "portal:wishes"),
            Entry("活动", "portal:whats_on"),
            Entry("好评", "portal:praise"),
            Entry("公开数据", "portal:figures"),
            Entry("查进度", "orders:find"),
            Entry("བོད་ཡིག", "/display/?lang=bo&next=/orders/wish/", lang="bo"),
        ],
    )
    nav.register_account(account)


def account(request: HttpRequest) -> Account | None:
    """Name, role and place of the person menu, the roles to switch to, unread."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.is_anonymous:
        return None
    held = list(request.actors)  # type: ignore[attr-defined]
    chosen = key_of(actor)
    return Account(
        name=actor.name,
        role=ROLES[actor.role].title,
        place=place_words(actor),
        roles=[
            Choice(key_of(a), _label(a, len(held)), key_of(a) == chosen) for a in held
        ],
        switch_url=reverse("portal:role"),
        sign_out_url=reverse("portal:sign_out"),
        account_url=reverse("portal:account"),
        messages_url=reverse("portal:messages"),
        unread=unread(actor),
    )


def _label(actor: Actor, n: int) -> str:
    """Two roles of one kind differ by their place, so it is named."""
    where = place_words(actor) if n > 1 else ""
    title = ROLES[actor.role].title
    return f"{title}（{where}）" if where else title


def frame_of(actor: Actor) -> dict[str, object]:
    """The frame of pages that every role has: light for members, else the desk's."""
    role = ROLES.get(actor.role)
    light = role is not None and role.desk == "member"
    return {"light": light, "base": "ui/member.html" if light else "ui/staff.html"}


def place_words(actor: Actor) -> str:
    """Where the role is held: the place, the unit, or the whole deployment."""
    if actor.path:
        name = Place.objects.filter(path=actor.path).values_list("name", flat=True)
        return name.first() or ""
    if actor.unit_id:
        unit = Unit.objects.filter(id=actor.unit_id).first()
        return (unit.short_name or unit.name) if unit else ""
    return "全部地方" if actor.path == "" else ""
