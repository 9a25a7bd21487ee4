"""places as tables: the sheets of places and households, the lists that export, and how
a cell names a place (`refs`, which the layers above use too)."""

from baodao.places.sheets.homes import HOUSEHOLDS
from baodao.places.sheets.tree import PLACES

__all__ = ["HOUSEHOLDS", "PLACES"]
