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
ORDERS = Entry("点单", "orders:list", "list-check")
REPORT_INS = Entry("报到", "reporting:list", "door-enter")
# 报到情况 is a tab of the same menu entry (design 7: at most seven).
FIGURES = Entry("统计", "stats:orders", "chart-bar", under=("/report-ins/coverage/",))
PLACES = Entry("地方与住户", "places:browse", "map-2", under=("/people/residents/",))
PEOPLE = Entry(
    "单位与党员", "people:units", "users",
    under=("/people/members/", "/people/orgs/", "/people/ties/", "/departures/", "/imports/"),
)  # fmt: skip
SETTINGS = Entry(
    "设置", "places:settings", "settings",
    under=("/places/calendar/", "/places/pauses/"),
)  # fmt: skip
# Bonds and visits stand behind one entry.
VISITS = Entry("走访", "pairings:visits", "home-heart", under=("/pairings/",))
EXPORTS = Entry("导出记录", "sheets:exports", "download")
ACCOUNTS = Entry("账号与角色", "people:accounts", "key", under=("/people/roles/",))
PAIRINGS = Entry("包联", "pairings:list", "home-heart", under=("/pairings/",))
# Who looks at roles without managing accounts.
ROLES_ONLY = Entry("角色", "people:roles", "key")

COUNTY = ("county_org", "county_social_work", "prefecture_org")


def register() -> None:
    """Called once by the app's `ready`."""
    work = [ORDERS, REPORT_INS, PEOPLE, PLACES, FIGURES]
    near = [ORDERS, VISITS, REPORT_INS, PEOPLE, PLACES, FIGURES]
    # The street looks at bonds, not at single visits.
    arranging = [ORDERS, PAIRINGS, REPORT_INS, PEOPLE, PLACES, FIGURES]
    nav.register(["community_worker"], [*near, ROLES_ONLY])
    nav.register(["community_secretary"], [*near, ACCOUNTS])
    nav.register(["township_party"], [*arranging, ACCOUNTS])
    nav.register(["practice_center"], work)
    nav.register(["grid_worker"], [ORDERS, VISITS, PLACES, REPORT_INS])
    # The list of report-ins opens from 报到情况.
    figures = replace(FIGURES, under=("/report-ins/",))
    nav.register(
        COUNTY, [ALLOCATION, ORDERS, figures, PEOPLE, PLACES, SETTINGS, ACCOUNTS]
    )
    nav.register(["inspector"], [ORDERS, PEOPLE, FIGURES])
    unit = [
        Entry("接单", "orders:unit", "list-check"),
        Entry("报到", "reporting:list", "door-enter"),
        PAIRINGS,
        Entry(
            "本单位党员",
            "people:members",
            "users",
            under=("/departures/", "/imports/"),
        ),
    ]
    nav.register(["unit_liaison"], unit)
    nav.register(["unit_secretary"], [*unit, ACCOUNTS])
    nav.register(
        ["member"],
        [
            Entry("今天", "portal:member", "sun"),
            Entry("走访", "pairings:my_visits", "home-heart", under=("/pairings/",)),
            # What may be claimed is a tab there.
            Entry("接单", "orders:mine", "list-check", under=("/orders/pool/",)),
            Entry(
                "我的",
                "portal:profile",
                "user-circle",
                under=("/me/account/", "/me/password/", "/report-ins/"),
            ),
        ],
        light=True,
    )
    nav.register(["system_admin"], [ACCOUNTS, PEOPLE, PLACES, SETTINGS])
    nav.register(["security_admin"], [ACCOUNTS])
    nav.register(
        ["audit_admin", "privacy_officer"],
        [EXPORTS, Entry("我的账号", "portal:account", "user-circle")],
    )
    nav.register(
        ["compound_branch_secretary", "instructor",
         "building_group_leader", "center_household", "part_time_member"],
        [Entry("我的账号", "portal:account", "user-circle")],
    )  # fmt: skip
    nav.register_links(
        "footer",
        [
            Entry("投诉与建议", "portal:complain"),
            Entry("我的信息谁看过", "portal:seen"),
            Entry("个人信息怎么保护", "portal:privacy"),
            Entry("无障碍说明", "portal:accessibility"),
            Entry("帮助", "portal:help"),
        ],
    )
    nav.register_links(
        "public",
        [
            Entry("心愿", "portal:wishes"),
            Entry("感谢", "/#thanks"),
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
