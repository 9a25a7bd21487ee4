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


def test_the_requirements_map_is_what_the_tests_carry() -> None:
    from requirements_map import text

    assert (ROOT / "docs/requirements.md").read_text() == text(), (
        "run scripts/requirements_map.py"
    )


def test_the_map_names_pages_that_exist() -> None:
    known = set()
    for pattern in get_resolver().url_patterns:
        prefix = getattr(pattern, "app_name", "")
        for inner in getattr(pattern, "url_patterns", []):
            known.add(f"{prefix}:{getattr(inner, 'name', '')}")
    text = (ROOT / "docs/requirements.md").read_text()
    assert set(re.findall(r"`([a-z_]+:[a-z_]+)`", text)) <= known
