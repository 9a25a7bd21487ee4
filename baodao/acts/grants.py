"""The groups of roles that rows of the access table are made of, with the scope each
usually has (domain 5). A row that differs writes its own."""

from baodao.acts.access import Scope

COMMUNITY = {"community_worker": Scope.PLACE, "community_secretary": Scope.PLACE}
GRID = {"grid_worker": Scope.PLACE}
TOWN = {"township_party": Scope.PLACE}
# Who dispatches above the community.
CENTRE = {"practice_center": Scope.PLACE, **TOWN}
UNIT = {"unit_secretary": Scope.UNIT, "unit_liaison": Scope.UNIT}
MEMBER = {"member": Scope.OWN}
REQUESTER = {"requester": Scope.OWN}
COUNTY = {"county_org": Scope.PLACE, "county_social_work": Scope.PLACE}
ORG = {"prefecture_org": Scope.PLACE, **COUNTY}
SYSTEM = {"system": Scope.ALL}
# In whose name rows follow their place when divisions change.
MOVERS = {
    "prefecture_org": Scope.PLACE,
    "county_org": Scope.PLACE,
    "system_admin": Scope.ALL,
    **SYSTEM,
}
