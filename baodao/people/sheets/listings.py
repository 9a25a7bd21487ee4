"""The lists of people as files. The rows and filters are those of the pages; contact
data stays where it is sealed (domain 9.1, 9.4)."""

from collections.abc import Iterator
from datetime import date, datetime

from django.http import HttpRequest

from baodao.core.clock import local
from baodao.core.errors import NotFound
from baodao.people import choices, queries, roles
from baodao.people.retention import REGISTRY
from baodao.people.views import members as member_views
from baodao.people.views import retention as retention_views
from baodao.people.views import roles as role_views
from baodao.people.views import units as unit_views
from baodao.people.views.asking import places_below, require_role, word
from baodao.people.views.residents import where_lives
from baodao.places.queries import names_of
from baodao.places.rules import LANGUAGES
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def _words(codes: list[str], known: dict[str, str]) -> str:
    return "、".join(known.get(c, c) for c in codes)


def units(request: HttpRequest) -> Listing:
    """Units with their seat, contact point and number of members."""
    actor = require_role(request, "units.view")
    found = queries.units(actor, *unit_views.wanted_units(request))
    points = found.order_by().values_list("point_path", flat=True).distinct()
    names = names_of([path for path in points if path])

    def rows() -> Iterator[list[Value]]:
        for u in found.select_related("seat__parent").iterator(BATCH):
            above = u.seat.parent.name if u.seat.parent else ""
            yield [
                u.name, u.short_name, u.uscc, u.branch_no, u.get_kind_display(),
                u.get_affiliation_display(), _words(u.functions, choices.FUNCTIONS),
                f"{above} {u.seat.name}".strip(), names.get(u.point_path or "-", ""),
                u.head_count, getattr(u, "member_count", None),
            ]  # fmt: skip

    heads = (
        "单位名称", "简称", "统一社会信用代码", "分支号", "性质", "隶属", "职能", "驻地",
        "联系点", "在职党员数", "登记的党员",
    )  # fmt: skip
    chips = (
        ("kind", "性质", choices.UNIT_KINDS.items()),
        ("affiliation", "隶属", choices.AFFILIATIONS.items()),
        ("function", "职能", choices.FUNCTIONS.items()),
        ("seat", "驻地", places_below(request)), ("tie", "联系点", [("none", "没有")]),
        ("closed", "状态", [("1", "已撤销")]),
    )  # fmt: skip
    return Listing("单位", heads, rows(), found.count(), conditions(request, *chips))


def members(request: HttpRequest) -> Listing:
    """Members with where they have reported; no telephone numbers."""
    actor = require_role(request, "members.view")
    wanted, order = member_views.wanted_members(request)
    found = queries.members(actor, wanted, order)

    def rows() -> Iterator[list[Value]]:
        for m in found.iterator(BATCH):
            yield [
                m.volunteer_no, m.person.name, m.unit.name if m.unit else "",
                m.party_org.name if m.party_org else "", m.get_kind_display(),
                m.residence.name if m.residence else "", m.point.name if m.point else "",
                _words(m.skills, choices.SKILLS),
                _words(m.service_classes, choices.SERVICE_CLASSES),
                _words(m.availability, choices.AVAILABILITY), m.joined_on,
                m.get_duty_status_display(),
            ]  # fmt: skip

    heads = (
        "志愿者编号", "姓名", "单位", "党组织", "类别", "居住社区", "单位联系点", "特长",
        "服务类别", "可服务时间", "到本单位日期", "状态",
    )  # fmt: skip
    unit = queries.unit(actor, wanted.unit_id) if wanted.unit_id else None
    chips = (
        ("unit", "单位", [(wanted.unit_id, str(unit))] if unit else []),
        ("residence", "居住", places_below(request)),
        ("skill", "特长", choices.SKILLS.items()),
        ("status", "状态", choices.DUTY_STATUS.items()),
        ("kind", "类别", choices.MEMBER_KINDS.items()),
        ("reported", "报到", member_views.REPORTED.items()),
    )  # fmt: skip
    return Listing("党员", heads, rows(), found.count(), conditions(request, *chips))


def residents(request: HttpRequest) -> Listing:
    """Residents by household number; names and telephones stay sealed."""
    actor = require_role(request, "residents.view")
    found = queries.residents(actor, request.GET.get("q", "")[:20])
    found = found.defer("call_name", "phone")

    def rows() -> Iterator[list[Value]]:
        for r in found.iterator(BATCH):
            number = f"户{r.household.number}" if r.household else ""
            yield [number, where_lives(r), LANGUAGES.get(r.language, "")]

    heads = ("户号", "在哪里", "语言")
    return Listing("居民", heads, rows(), found.count(), conditions(request))


def role_ties(request: HttpRequest) -> Listing:
    """Who holds which role where, from when to when."""
    actor = require_role(request, "roles.view")
    found = queries.role_ties(actor, role_views.wanted_roles(request))

    def rows() -> Iterator[list[Value]]:
        for tie in found.iterator(BATCH):
            where = str(tie.unit or (tie.place.name if tie.place else "全部地方"))
            title = roles.title(tie.role)
            yield [tie.person.name, title, where, tie.valid_from, tie.valid_to]

    titles = [(c, r.title) for c, r in roles.ROLES.items()]
    told = conditions(
        request, ("role", "角色", titles), ("when", "期限", role_views.WHEN.items())
    )
    heads = ("姓名", "角色", "负责哪里", "从", "到")
    return Listing("角色", heads, rows(), found.count(), told)


def accounts(request: HttpRequest) -> Listing:
    """Accounts and what their people may do. No sign-in times (domain 0.1)."""
    actor = require_role(request, "accounts.view")
    status = word(request, "status", role_views.STATUS)
    found = queries.accounts(actor, request.GET.get("q", "")[:40], status)

    def rows() -> Iterator[list[Value]]:
        for a in found.iterator(BATCH):
            state = "已停用" if not a.is_active else "在用"
            yield [a.username, a.person.name, role_views.held_roles(a), state]

    told = conditions(request, ("status", "状态", role_views.STATUS.items()))
    heads = ("账号", "姓名", "角色", "状态")
    return Listing("账号", heads, rows(), found.count(), told)


def retention(request: HttpRequest) -> Listing:
    """What would be deleted next of one kind: where and since when, nothing of whom."""
    actor = require_role(request, "retention.view")
    kind = request.GET.get("kind", "")
    if kind not in REGISTRY:
        raise NotFound
    found = retention_views.rows(actor, kind)
    rows: list[list[Value]] = [
        [where, day_of(since), pk]
        for where, since, pk in retention_views.shown(kind, found)
    ]
    title = f"到期删除：{REGISTRY[kind].label}"
    return Listing(title, ("哪里", "从哪天算", "编号"), rows, found.count())


def day_of(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


ALL = {
    "retention": retention,
    "units": units,
    "members": members,
    "residents": residents,
    "roles": role_ties,
    "accounts": accounts,
}
