"""What of people follows when places change (`places.changes.moves`). Closed units,
members who have left, ties that are over and exemptions that have ended stay as they
were recorded."""

from django.db.models import Q
from django.db.models.functions import Now

from baodao.places.changes.moves import Dated, Follow

_CURRENT = Q(valid_to=None) | Q(valid_to__gt=Now())

UNITS = Follow(
    "个单位的驻地或联系点", "people.Unit", "units.follow_place", Q(valid_to=None),
    {"path": "seat", "point_path": ""},
    divided="个单位驻在要分开的地方本级，先归主要的一方，请核对",
)  # fmt: skip
ORGS = Follow(
    "个党组织的所在地", "people.PartyOrg", "orgs.follow_place", Q(unit__valid_to=None),
    {"path": ""}, quiet=True,
)  # fmt: skip
TIES = Dated(
    "个单位和联系点的联系", "个单位和两边都有联系，只留接收的一方的",
    "people.ContactTie", "ties.follow_place", Q(), "point", ("unit_id",),
    ("unit_id", "reason", "valid_to"),
    divided="个单位联系的是要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
PERSONS = Follow(
    "名人员的所在地",
    "people.Person",
    "persons.follow_place",
    Q(),
    {"path": ""},
    quiet=True,
)
MEMBERS = Follow(
    "名党员的居住地、联系点或单位所在地", "people.Member", "members.follow_place",
    ~Q(duty_status="left"),
    {"residence_path": "residence", "point_path": "point", "unit_path": ""},
    divided="名党员住在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
EXEMPTIONS = Follow(
    "个免责期的所在地", "people.Exemption", "exemptions.follow_place", _CURRENT,
    {"path": ""}, quiet=True,
)  # fmt: skip
RESIDENTS = Follow(
    "名居民的住处", "people.Resident", "residents.follow_place", Q(), {"path": ""}
)
# A unit's role carries the path of the unit's seat and goes with the unit.
UNIT_ROLES = Follow(
    "个单位角色的所在地", "people.RoleTie", "roles.follow_place",
    Q(unit__isnull=False) & _CURRENT, {"path": ""}, quiet=True,
)  # fmt: skip
ROLES = Dated(
    "个角色的管辖地方", "个角色在两边是同一个人，原来的到期",
    "people.RoleTie", "roles.follow_place", Q(unit=None), "place",
    ("person_id", "role"), ("person_id", "role", "valid_to"),
    divided="个角色管的是要分开的地方本级，先归主要的一方，请核对",
)  # fmt: skip
ACCOUNTS = Follow(
    "个账号的所在地",
    "people.Account",
    "accounts.follow_place",
    Q(),
    {"path": ""},
    quiet=True,
)
ALL = (
    UNITS, ORGS, TIES, PERSONS, MEMBERS, EXEMPTIONS, RESIDENTS, UNIT_ROLES, ROLES,
    ACCOUNTS,
)  # fmt: skip
