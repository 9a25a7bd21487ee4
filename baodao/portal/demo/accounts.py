"""The demo identities on the sign-in page: one per role, by what they do."""

from typing import NamedTuple


class DemoAccount(NamedTuple):
    """`username` is None for residents, who need no account: their tile leads to
    the page where a wish is placed."""

    username: str | None
    role: str
    title: str
    does: str
    icon: str


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("demo-worker", "community_worker", "社区专干", "核实、派单、回访、确认服务", "home-heart"),
    DemoAccount("demo-unit", "unit_secretary", "单位党组织书记", "接单、派给党员、报到", "building"),
    DemoAccount("demo-member", "member", "在职党员", "今天要做什么，接单、服务", "user-check"),
    DemoAccount(None, "resident", "居民", "提心愿、查进度、一点确认", "friends"),
    DemoAccount("demo-grid", "grid_worker", "网格员", "看本网格，代居民登记", "map-2"),
    DemoAccount("demo-town", "township_party", "街道（乡镇）党委", "跨社区派单、督促超时", "flag"),
    DemoAccount("demo-county", "county_org", "县（区）委组织部", "分配联系点、看全县进度", "building-community"),
    DemoAccount("demo-prefecture", "prefecture_org", "地（市）委组织部", "全地区的数，不看住户", "mountain"),
    DemoAccount("demo-secretary", "community_secretary", "社区党组织书记", "看全社区，最后把关", "home"),
    DemoAccount("demo-centre", "practice_center", "新时代文明实践中心", "汇总点单、统一派单", "heart-handshake"),
    DemoAccount("demo-admin", "system_admin", "系统管理员", "账号、设置，不看业务", "settings"),
)  # fmt: skip
USERNAMES = tuple(a.username for a in DEMO_ACCOUNTS if a.username)
