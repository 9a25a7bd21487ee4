"""Rules of the house that no type checker sees."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "baodao"
SOURCES = [
    p
    for p in sorted(PACKAGE.rglob("*.py"))
    if "migrations" not in p.parts and "tests" not in p.parts
]
# Not acts, and why: messages are hints about an event that is on record; the first
# categories, templates and rules come with a migration; allauth and tests make an account in memory.
NOT_ACTS = {
    "notifications/services.py", "orders/categories.py", "people/models.py",
    "surveys/starters.py", "records/following.py", "scoring/defaults.py",
    "scoring/services/checking.py",
    "shop/starters.py",
}  # fmt: skip
WRITES = re.compile(
    r"\.(?:save|bulk_create|bulk_update|get_or_create|update_or_create)\("
    r"|objects[^\n]*\.(?:create|update|delete)\("
)


def test_every_write_is_an_act() -> None:
    found = [
        f"{p.relative_to(PACKAGE)}:{n}"
        for p in SOURCES
        if str(p.relative_to(PACKAGE)) not in NOT_ACTS
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if WRITES.search(line)
    ]
    assert found == []


def test_only_the_engine_and_the_ground_write_sql() -> None:
    allowed = {"acts", "core", "platform"}
    # Read-only: one statement for all members of a prefecture; statistics after a load.
    reads = {"reporting/coverage.py", "portal/demo/load.py"}
    found = [
        str(p.relative_to(PACKAGE))
        for p in SOURCES
        if p.relative_to(PACKAGE).parts[0] not in allowed
        and str(p.relative_to(PACKAGE)) not in reads
        and re.search(r"cursor\(\)|\.raw\(|\.extra\(|RawSQL", p.read_text())
    ]
    assert found == []


@pytest.mark.parametrize("pattern", ["*.py", "*.html", "*.css", "*.js"])
def test_files_stay_short(pattern: str) -> None:
    long = [
        f"{p.relative_to(ROOT)}: {n}"
        for p in sorted(PACKAGE.rglob(pattern))
        if "vendor" not in p.parts and "migrations" not in p.parts
        if (n := len(p.read_text().splitlines())) > 500
    ]
    assert long == []


def test_rules_know_no_database() -> None:
    """Rules import the standard library, errors, the plain words of acts, and the
    rules that their folder shares."""
    allowed = re.compile(r"^baodao\.(core\.(errors|clock)|acts\.(access|flow|grants))$")
    for path in PACKAGE.glob("*/*rules*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith("django"), path
                own = f"baodao.{path.parent.name}"
                names = [n.name for n in node.names]
                shared = node.module.startswith(f"{own}.rules") or (
                    node.module == own and all(n.startswith("rules") for n in names)
                )
                if node.module.startswith("baodao") and not shared:
                    assert allowed.match(node.module), f"{path}: {node.module}"


def test_templates_obey_the_content_security_policy() -> None:
    bad = re.compile(
        r"\sstyle=|\son(click|change|submit|input|load)=|<script>|javascript:"
    )
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in sorted(PACKAGE.rglob("*.html"))
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if bad.search(line)
    ]
    assert found == []


# Pages where somebody looks for one place or person to go on with.
CHOOSING = (
    "_move_places.html", "move.html", "move_member.html", "new_place.html",
    "on_behalf.html",
)  # fmt: skip

# What residents said in words stays in the community and is not taken along.
KEPT = ("words.html",)


def test_every_list_can_be_taken_along() -> None:
    """A page that is turned has the button 导出 (a check of a table: the table itself
    with its faults), and every button a list behind it."""
    from baodao.sheets.exports import codes

    button = re.compile(r'\{% (?:export|filters export=) ?"([a-z_]+)"')
    used, without = set(), []
    for path in sorted(PACKAGE.rglob("*.html")):
        text = path.read_text()
        for name in re.findall(r'\{% include "([^"]+)"', text):
            text += "".join(p.read_text() for p in PACKAGE.rglob(name.split("/")[-1]))
        used |= set(button.findall(text))
        taken = button.search(text) or "sheets:marked" in text
        chooses = path.name in CHOOSING + KEPT
        if "{% paging " in text and not taken and not chooses:
            without.append(str(path.relative_to(ROOT)))
    assert without == [] and used == set(codes())


def test_nothing_is_left_undone_and_no_machine_is_named() -> None:
    words = re.compile(
        r"\b(TODO|FIXME|XXX|NotImplementedError)\b|/(work|root|home)/[a-z]"
    )
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in [
            *SOURCES,
            *sorted(PACKAGE.rglob("*.html")),
            *sorted((ROOT / "docs").rglob("*.md")),
        ]
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert found == []
