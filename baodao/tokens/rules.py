"""Who may make and revoke API tokens. A token acts as one person in one role, so
nobody makes one for somebody else; who looks after security may end any."""

from baodao.acts.access import Scope

DAYS, MOST_DAYS = 90, 366

_EVERYBODY = dict.fromkeys(
    ("member", "unit_secretary", "unit_liaison", "community_secretary",
     "community_worker", "grid_worker", "township_party", "practice_center",
     "county_org", "county_social_work", "prefecture_org", "inspector"),
    Scope.OWN,
)  # fmt: skip
_SECURITY = {"security_admin": Scope.ALL}

TOKEN_ACTIONS = {
    "view": ("查看接口令牌", {**_EVERYBODY, **_SECURITY}),
    "add": ("新建接口令牌", {**_EVERYBODY, "system": Scope.ALL}),
    "revoke": ("停用接口令牌", {**_EVERYBODY, **_SECURITY, "system": Scope.ALL}),
}
