"""A form that is sent twice is one act: what a view takes as `client_id` its forms give."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PACKAGE = Path(__file__).resolve().parent.parent / "baodao"
Node = tuple[str, str]  # module, name at its top level
FORM = re.compile(r"<form\b(?:[^>{]|\{[{%].*?[%}]\})*>.*?</form>", re.DOTALL)
HEAD = re.compile(r"<form\b(?:[^>{]|\{[{%].*?[%}]\})*>")
INCLUDE = re.compile(r'\{% include "([^"]+)"')
# Where a form goes: itself, or a button of it.
TARGET = re.compile(r"action=\"\{% url '([a-z_]+:[a-z_]+)'")
ONCE = (
    "{% once %}",
    'name="client_id"',
    "client_id }}",
    "hidden.items",
)
# Pieces whose pages say where they go; a look and a file change nothing.
ANY = ('action="{{ action }}"', 'action="{{ url }}"', 'action="{{ act_url }}"')
NO_ACT = ("ui/_reveal.html", "ui/_export.html")
TAKES = re.compile(r'(?:\.get\(|\[)"client_id"')


@cache
def top(module: str) -> dict[str, tuple[str, frozenset[str]]]:
    """What stands at the top of a module: its text, and the names it uses."""
    path = PACKAGE.parent / (module.replace(".", "/") + ".py")
    if not path.exists():
        path = path.with_suffix("") / "__init__.py"
    lines = path.read_text().splitlines()
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for node in ast.parse("\n".join(lines)).body:
        names: list[str] = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [t.id for t in targets if isinstance(t, ast.Name)]
        elif isinstance(node, ast.ImportFrom) and re.match(
            r"baodao\..*\bviews\b", node.module or ""
        ):
            for n in node.names:
                found[n.asname or n.name] = ("", frozenset({f"{node.module}:{n.name}"}))
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        found |= dict.fromkeys(names, (text, frozenset(used)))
    return found


@cache
def texts(module: str, name: str) -> str:
    """The source of a view with all it uses of its own module and of other views."""
    seen: set[Node] = set()
    todo, found = [(module, name)], []
    while todo:
        here = todo.pop()
        if here in seen or here[1] not in top(here[0]):
            continue
        seen.add(here)
        text, used = top(here[0])[here[1]]
        found.append(text)
        for n in used:
            there, _, what = n.partition(":")
            todo.append((there, what) if what else (here[0], n))
    return "\n".join(found)


def views() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route by its name."""
    todo: list[tuple[str, Any]] = [("", get_resolver())]
    while todo:
        space, at = todo.pop()
        if isinstance(at, URLResolver):
            inner = at.namespace or space
            todo += [(inner, p) for p in at.url_patterns]
        elif isinstance(at, URLPattern) and at.name:
            yield f"{space}:{at.name}", inspect.unwrap(at.callback)


def drawn(text: str, left: int = 4) -> str:
    """A piece of a template with what it includes."""
    for name in INCLUDE.findall(text) if left else ():
        for path in PACKAGE.glob(f"*/templates/{name}"):
            text += drawn(path.read_text(), left - 1)
    return text


def test_a_form_gives_the_word_that_its_view_takes() -> None:
    own = {
        name: texts(view.__module__, view.__name__)
        for name, view in views()
        if view.__module__.startswith("baodao")
    }
    takes = {name for name, text in own.items() if TAKES.search(text)}
    assert len(takes) > 60
    without = []
    for path in sorted(PACKAGE.glob("*/templates/**/*.html")):
        template = "/".join(path.parts[path.parts.index("templates") + 1 :])
        text = path.read_text()
        for form in FORM.findall(text):
            head = HEAD.match(form)
            assert head
            if 'method="post"' not in head.group():
                continue
            to = set(TARGET.findall(form))
            if "action=" not in head.group():
                to |= {n for n, t in own.items() if shows(template, n, t)}
            shared = template not in NO_ACT and any(v in head.group() for v in ANY)
            given = any(o in drawn(form) for o in ONCE)
            # Forms of orders have a hidden field for it.
            given |= template.startswith("orders/") and "hidden_fields" in form
            if (shared or to & takes) and not given:
                line = text[: text.index(form)].count("\n") + 1
                without.append(f"{template}:{line} {sorted(to & takes)}")
    assert without == [], "\n".join(without)


def shows(template: str, route: str, text: str) -> bool:
    """Whether a view names the template: by its path, or by its bare name in its app."""
    bare = re.sub(r"(_member|_light)?\.html$", "", template)
    app, _, name = bare.partition("/")
    if f'"{template}"' in text or f'"{bare}' in text:
        return True
    return (
        route.startswith(f"{app}:")
        and re.search(rf'(?:shown|_shown|page|_page|light)\([^)]*"{name}"', text)
        is not None
    )
