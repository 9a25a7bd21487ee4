"""All filters live in the address: the same view is one link."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

PAGE = "page"


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """`chosen`: the labels in force joined by 、; `clear`: the address without."""

    options: Sequence[Option]
    chosen: str
    clear: str


def changed(request: HttpRequest, changes: Mapping[str, object]) -> str:
    """This path with the GET parameters changed; None or "" drops one. Going
    back to the first page unless the page itself is what changes."""
    query = request.GET.copy()
    if PAGE not in changes:
        query.pop(PAGE, None)
    for key, value in changes.items():
        query.pop(key, None)
        if value is None or value == "":
            continue
        many = isinstance(value, list | tuple)
        query.setlist(key, [str(v) for v in value] if many else [str(value)])  # type: ignore[attr-defined]
    return _address(request, query)


def _address(request: HttpRequest, query: QueryDict) -> str:
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


def chip(
    request: HttpRequest,
    param: str,
    choices: Iterable[tuple[object, str]],
    many: bool = False,
) -> Chip:
    """One filter: its options as links; with `many` a link adds or removes."""
    now = request.GET.getlist(param)
    options = []
    for raw, label in choices:
        value = str(raw)
        chosen = value in now
        options.append(
            Option(label, changed(request, {param: _next(now, value, many)}), chosen)
        )
    words = "、".join(option.label for option in options if option.chosen)
    return Chip(options, words, changed(request, {param: None}))


def _next(now: list[str], value: str, many: bool) -> list[str]:
    if not many:
        return [value]
    return [v for v in now if v != value] if value in now else [*now, value]
