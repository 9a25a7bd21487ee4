"""The documents that are made from the code, or that name parts of it, are true."""

import re
import sys
from pathlib import Path

from django.urls import get_resolver

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))


def test_roles_document_is_the_access_table() -> None:
    from roles_table import table

    assert (ROOT / "docs/roles.md").read_text() == table(), "run scripts/roles_table.py"


def _marked() -> dict[str, set[str]]:
    """Requirement id → names of the tests that carry it."""
    found: dict[str, set[str]] = {}
    pattern = re.compile(
        r"@pytest\.mark\.req\(([^)]*)\)(?:\s*@[^\n]*(?:\n    [^\n]*)*?)*\s*def (test_\w+)"
    )
    for path in [
        *(ROOT / "baodao").rglob("test_*.py"),
        *(ROOT / "tests").rglob("test_*.py"),
    ]:
        for ids, name in pattern.findall(path.read_text()):
            for requirement in re.findall(r"[AL]\d\d", ids):
                found.setdefault(requirement, set()).add(name)
    return found


def test_every_requirement_in_the_map_is_carried_by_the_tests_it_names() -> None:
    marked = _marked()
    rows = re.findall(
        r"^\| ([AL]\d\d) \|(.*)\|$",
        (ROOT / "docs/requirements.md").read_text(),
        re.MULTILINE,
    )
    assert rows
    for requirement, rest in rows:
        named = set(re.findall(r"test_\w+", rest))
        assert named and named <= marked.get(requirement, set()), requirement
    assert {r for r, _ in rows} == set(marked), "every marked id has a row"


def test_the_map_names_pages_that_exist() -> None:
    known = set()
    for pattern in get_resolver().url_patterns:
        prefix = getattr(pattern, "app_name", "")
        for inner in getattr(pattern, "url_patterns", []):
            known.add(f"{prefix}:{getattr(inner, 'name', '')}")
    text = (ROOT / "docs/requirements.md").read_text()
    assert set(re.findall(r"`([a-z_]+:[a-z_]+)`", text)) <= known
