"""people, the verbs: units and party organisations (`units`), contact ties (`ties`),
units that end (`succession`), members, exemptions and residents (`members`), members
who transfer, retire or leave (`leaving`), roles (`roles`), accounts (`accounts`)."""

from baodao.people.services.accounts import (
    change_own_password,
    disable_account,
    enable_account,
    open_account,
    reset_password,
)
from baodao.people.services.leaving import (
    leave,
    plan_retirement,
    retire_due,
    transfer_member,
)
from baodao.people.services.members import (
    add_exemption,
    add_member,
    add_resident,
    edit_member,
    edit_person,
    edit_resident,
    end_exemption,
    reveal_member,
    reveal_resident,
    set_duty_status,
    sync_duty_status,
    volunteer_no,
)
from baodao.people.services.roles import add_person, end_role, give_role
from baodao.people.services.succession import Ended, Succession, end_unit
from baodao.people.services.ties import (
    TieMove,
    add_contact_tie,
    end_contact_tie,
    move_contact_ties,
)
from baodao.people.services.units import (
    add_org,
    add_unit,
    edit_org,
    edit_unit,
    rename_unit,
)

__all__ = [
    "Ended",
    "Succession",
    "TieMove",
    "add_contact_tie",
    "add_exemption",
    "add_member",
    "add_org",
    "add_person",
    "add_resident",
    "add_unit",
    "change_own_password",
    "disable_account",
    "edit_member",
    "edit_org",
    "edit_person",
    "edit_resident",
    "edit_unit",
    "enable_account",
    "end_contact_tie",
    "end_exemption",
    "end_role",
    "end_unit",
    "give_role",
    "leave",
    "move_contact_ties",
    "open_account",
    "plan_retirement",
    "rename_unit",
    "reset_password",
    "retire_due",
    "reveal_member",
    "reveal_resident",
    "set_duty_status",
    "sync_duty_status",
    "transfer_member",
    "volunteer_no",
]
