"""Which demo data a database was filled with. Demo mode (sign in by one click)
is given only to a database that is on record here: never to real data."""

import json
from pathlib import Path
from urllib.parse import urlsplit

PRESETS = ("ali", "luzhou", "empty")
DEMOS = ("ali", "luzhou")


def remembered(var: Path, url: str) -> str | None:
    """The preset that the database at `url` was filled with."""
    return _read(var).get(_identity(url))


def remember(var: Path, url: str, preset: str) -> None:
    """Put it on record."""
    data = {**_read(var), _identity(url): preset}
    _file(var).write_text(json.dumps(data, indent=1) + "\n")


def _file(var: Path) -> Path:
    return var / "presets.json"


def _read(var: Path) -> dict[str, str]:
    file = _file(var)
    data: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return data


def _identity(url: str) -> str:
    """Host and name of the database, without the account."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2] or parts.query
    return f"{host}{parts.path}"
