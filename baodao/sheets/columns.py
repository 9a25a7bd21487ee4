"""What a sheet is: data. A subject declares its columns, what a row is found by, who
may import it, and one function that holds the rows against the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.sheets import cells

if TYPE_CHECKING:
    from baodao.sheets.cases import Case

Load: TypeAlias = Callable[[], None]
Plan: TypeAlias = "Callable[[Case], Load]"
Options: TypeAlias = Callable[[Actor], Sequence[str]]


@dataclass(frozen=True)
class Column:
    """`name` is the code's word, `title` the heading, `also` other headings people
    use. `required`: a new row needs it. `examples`: two cells for the blank sheet.
    `options`: what its drop-down offers, fixed or as the actor's world has it.
    `private`: nobody but the person who uploaded the file sees its cells."""

    name: str
    title: str
    clean: cells.Clean = cells.text
    also: tuple[str, ...] = ()
    required: bool = False
    examples: tuple[str, str] = ("", "")
    note: str = ""
    options: Sequence[str] | Options = ()
    private: bool = False
    width: int = 14

    def options_for(self, actor: Actor) -> Sequence[str]:
        """What the drop-down offers this actor; empty for none."""
        return self.options(actor) if callable(self.options) else self.options


@dataclass(frozen=True)
class Sheet:
    """`keys`: the groups of columns of which the table must have at least one whole.
    `actions`: who may import it: those whose role has one of them. `not_here`: known
    headings that this sheet does not take, with the reason. `list_url`: the route of
    the list where the rows are seen afterwards."""

    code: str
    title: str
    measure: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    actions: tuple[str, ...]
    plan: Plan
    list_url: str
    note: str = ""
    not_here: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(c for c in self.columns if c.name == name)

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor's role may import this at all; each row is judged apart."""
        return can(actor, "imports.start") and any(can(actor, a) for a in self.actions)


_SHEETS: dict[str, Sheet] = {}


def register(*sheets: Sheet) -> None:
    """Called by a subject's app when it is ready."""
    for sheet in sheets:
        _SHEETS[sheet.code] = sheet


def open_sheets() -> list[Sheet]:
    """All sheets, in the order of the layers."""
    return list(_SHEETS.values())


def sheets_for(actor: Actor) -> list[Sheet]:
    """The sheets the actor may import, in the order of the layers."""
    return [sheet for sheet in _SHEETS.values() if sheet.open_to(actor)]


def sheet_for(actor: Actor, code: str) -> Sheet:
    """One sheet. Raises NotFound when it is not there or not the actor's."""
    sheet = _SHEETS.get(code)
    if sheet is None or not sheet.open_to(actor):
        raise NotFound
    return sheet
