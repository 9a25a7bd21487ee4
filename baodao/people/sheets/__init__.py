"""people as tables: the sheets of units and members, the lists that export, and how a
cell names a unit or a member (`refs`, which the layers above use too)."""

from baodao.people.sheets.members import MEMBERS
from baodao.people.sheets.units import UNITS

__all__ = ["MEMBERS", "UNITS"]
