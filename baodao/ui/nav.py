"""What upper layers hang into the bars: menu entries per role, footer and head
links, the person menu. Pages that do not exist (yet) are left out, so the menu
never points nowhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from baodao.ui.shapes import Account


@dataclass(frozen=True, slots=True)
class Entry:
    """`url`: a name such as "orders:list". `count`: how many wait, asked only when
    the bar is drawn. `under`: other path prefixes where this entry is the current
    one. `lang` marks a label in another language. `subs`: the pages behind this entry,
    drawn as tabs on each of them."""

    label: str
    url: str
    icon: str = ""
    count: Callable[[HttpRequest], int] | None = None
    under: Sequence[str] = ()
    lang: str = ""
    subs: "Sequence[Entry]" = ()


@dataclass(frozen=True, slots=True)
class Link:
    """An entry resolved for one request."""

    label: str
    href: str
    icon: str = ""
    current: bool = False
    count: int = 0
    lang: str = ""
    subs: "Sequence[Link]" = ()


_MENUS: dict[str, list[Entry]] = {}
_LIGHT: set[str] = set()
_LINKS: dict[str, list[Entry]] = {"footer": [], "head": [], "public": []}
_ACCOUNT: list[Callable[[HttpRequest], Account | None]] = []


def register(
    role_codes: Iterable[str], entries: Iterable[Entry], *, light: bool = False
) -> None:
    """The menu of these roles, in order (design 7). Calling again replaces it.
    `light`: their pages are the light ones (members), so errors look light too."""
    menu = list(entries)
    for code in role_codes:
        _MENUS[code] = menu
        (_LIGHT.add if light else _LIGHT.discard)(code)


def register_links(where: str, entries: Iterable[Entry]) -> None:
    """Links of the "footer", of the light pages' "head", or of the "public" head."""
    known = {entry.url for entry in _LINKS[where]}
    _LINKS[where] += [entry for entry in entries if entry.url not in known]


def register_account(ask: Callable[[HttpRequest], Account | None]) -> None:
    """How to find out who is signed in, for the person menu."""
    _ACCOUNT[:] = [ask]


def account(request: HttpRequest) -> Account | None:
    """Whose menu it is, or None for a visitor."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.is_anonymous:
        return None
    if _ACCOUNT:
        return _ACCOUNT[0](request)
    return Account(name=actor.name, role="")


def menu(request: HttpRequest) -> list[Link]:
    """The menu of the acting role, the entry of this page marked."""
    actor = getattr(request, "actor", None)
    return resolve(request, _MENUS.get(getattr(actor, "role", ""), []))


def error_base(request: HttpRequest) -> str:
    """Which frame an error page has: that of the pages the visitor came from."""
    actor = getattr(request, "actor", None)
    staff = getattr(actor, "role", "") in _MENUS and actor.role not in _LIGHT  # type: ignore[union-attr]
    return "ui/error_staff.html" if staff else "ui/light.html"


def links(request: HttpRequest, where: str) -> list[Link]:
    return resolve(request, _LINKS[where])


def resolve(request: HttpRequest, entries: Iterable[Entry]) -> list[Link]:
    """Entries whose page exists; the longest matching path is the current one."""
    found = [(entry, href) for entry in entries if (href := _href(entry.url))]
    best = _current(request.path, found)
    return [
        Link(
            entry.label,
            href,
            entry.icon,
            current=href == best,
            count=entry.count(request) if entry.count else 0,
            lang=entry.lang,
            subs=resolve(request, entry.subs) if href == best else (),
        )
        for entry, href in found
    ]


def _current(path: str, found: Iterable[tuple[Entry, str]]) -> str:
    prefixes = [(p, href) for entry, href in found for p in (href, *_under(entry))]
    matches = [
        (len(p), href)
        for p, href in prefixes
        if path == p or (p != "/" and path.startswith(p))
    ]
    return max(matches)[1] if matches else ""


def _under(entry: Entry) -> Iterator[str]:
    """Where else an entry is the current one: its further paths, and its pages'."""
    yield from entry.under
    for one in entry.subs:
        if href := _href(one.url):
            yield href
        yield from one.under


def _href(name: str) -> str:
    if name.startswith("/"):
        return name
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
