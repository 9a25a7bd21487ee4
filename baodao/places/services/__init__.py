"""places, the verbs: the tree, contact points and estates (`tree`), households
(`homes`), settings, work calendar and pauses (`decided`). One act each."""

from baodao.places.services.decided import (
    add_local_day,
    check_pause,
    end_pause,
    open_pause,
    remove_local_day,
    remove_setting,
    set_setting,
)
from baodao.places.services.homes import (
    add_household,
    edit_household,
    reveal_household,
)
from baodao.places.services.tree import (
    ASK_BEFORE,
    add_official_place,
    add_place,
    close_place,
    edit_estate,
    edit_place,
    set_contact_point,
)

__all__ = [
    "ASK_BEFORE",
    "add_household",
    "add_local_day",
    "add_official_place",
    "add_place",
    "check_pause",
    "close_place",
    "edit_estate",
    "edit_household",
    "edit_place",
    "end_pause",
    "open_pause",
    "remove_local_day",
    "remove_setting",
    "reveal_household",
    "set_contact_point",
    "set_setting",
]
