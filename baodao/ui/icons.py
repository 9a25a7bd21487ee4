"""Tabler outline icons by name. `icons.txt` lists the names that pages may use;
`make frontend` writes their inner markup to static/vendor/icons.json."""

import json
import os
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

HERE = Path(__file__).resolve().parent
NAMES = HERE / "icons.txt"
BUILT = HERE / "static" / "vendor" / "icons.json"
_SVG = (
    '<svg class="i" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
    ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
)


@cache
def _markup() -> dict[str, str]:
    if not BUILT.exists():
        return {}
    built: dict[str, str] = json.loads(BUILT.read_text(encoding="utf-8"))
    return built


@cache
def _svg(name: str) -> SafeString | None:
    inner = _markup().get(name)
    # The markup is our own build output, never input.
    return mark_safe(f"{_SVG}{inner}</svg>") if inner else None


def svg(name: str) -> SafeString:
    """The inline SVG. An unknown name is an error while developing and testing;
    in service the word beside the icon is enough."""
    found = _svg(name)
    if found is not None:
        return found
    if settings.DEBUG or "PYTEST_VERSION" in os.environ:
        raise LookupError(
            f"icon {name!r} is not built: icons.txt, then `make frontend`"
        )
    return SafeString("")
