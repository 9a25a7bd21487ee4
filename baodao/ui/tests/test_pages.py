"""The frames: they render without an actor, obey the CSP, and stay small."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings

from baodao.ui import errors, icons, nav
from baodao.ui.display import display, mode_of

UI = Path(icons.__file__).parent
FRAMES = ["staff", "light", "member", "public", "signin", "print", "error"]
rf = RequestFactory()
plain_static = override_settings(
    STORAGES={
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }
)


def page(name: str, **context: object) -> str:
    with plain_static:
        return render_to_string(name, context, rf.get("/somewhere/?a=1"))


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_renders_without_an_actor(frame: str) -> None:
    html = page(f"ui/{frame}.html")
    assert "<!doctype html>" in html
    assert 'id="main"' in html


@pytest.mark.parametrize("frame", FRAMES)
def test_no_frame_needs_inline_code(frame: str) -> None:
    html = page(f"ui/{frame}.html")
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_templates_hold_no_inline_style_or_handler() -> None:
    for path in UI.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=", text), path.name


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500"])
def test_last_resort_pages_need_no_context(status: str) -> None:
    assert "</html>" in render_to_string(f"{status}.html")


def test_the_500_page_shows_the_number_of_the_log() -> None:
    request = rf.get("/")
    request.request_id = "7K2M"  # type: ignore[attr-defined]
    answer = errors.server_error(request)
    assert answer.status_code == 500
    assert "E-7K2M" in answer.content.decode()


def test_an_error_page_says_what_happened_and_what_to_do() -> None:
    error = SimpleNamespace(
        status=404, message="没有找到<这一页>。请核对单号。", fields={}
    )
    html = page("ui/error.html", error=error)
    assert "<h1>没有找到&lt;这一页&gt;</h1>" in html
    assert "请核对单号。" in html


def test_every_listed_icon_is_built() -> None:
    names = icons.NAMES.read_text(encoding="utf-8").split()
    assert len(names) == len(set(names))
    for name in names:
        assert icons.svg(name).startswith("<svg")


def test_icons_named_in_templates_are_listed() -> None:
    listed = set(icons.NAMES.read_text(encoding="utf-8").split())
    for path in UI.parent.rglob("templates/**/*.html"):
        used = re.findall(r"{% icon \"([\w-]+)\"", path.read_text(encoding="utf-8"))
        assert set(used) <= listed, (path.name, set(used) - listed)


def test_an_unknown_icon_is_an_error_while_testing() -> None:
    with pytest.raises(LookupError):
        icons.svg("no-such-icon")


def weight(*names: str) -> int:
    return sum(len(gzip.compress((UI / "static/ui" / n).read_bytes())) for n in names)


def test_light_pages_stay_far_below_their_budget() -> None:
    assert weight("tokens.css", "light.css", "light.js", "logo.svg") < 20_000
    assert weight("tokens.css", "staff.css", "staff.js") < 25_000


def test_our_css_uses_nothing_an_old_office_browser_drops() -> None:
    for name in ("staff.css", "light.css", "print.css"):
        text = (UI / "static/ui" / name).read_text(encoding="utf-8")
        assert not re.search(r"color-mix|light-dark|oklch", text), name


def test_elder_mode_comes_from_the_address_or_the_cookie() -> None:
    assert mode_of(rf.get("/?mode=elder")) == "elder"
    request = rf.get("/")
    request.COOKIES["bd_mode"] = "elder"
    assert mode_of(request) == "elder"
    assert mode_of(rf.get("/?mode=<script>")) == ""


@pytest.mark.parametrize(
    ("back", "goes"), [("/wish/", "/wish/"), ("https://evil.example/", "/"), ("", "/")]
)
def test_display_keeps_the_choice_and_stays_on_this_site(back: str, goes: str) -> None:
    answer: HttpResponse = display(rf.get("/display/", {"mode": "elder", "next": back}))
    assert answer["Location"] == goes
    assert answer.cookies["bd_mode"].value == "elder"


def test_the_menu_leaves_out_pages_that_do_not_exist() -> None:
    entries = [nav.Entry("有", "/orders/"), nav.Entry("没有", "no:such")]
    request = rf.get("/orders/12/")
    found = nav.resolve(request, entries)
    assert [(link.label, link.current) for link in found] == [("有", True)]


def test_the_start_page_is_current_only_on_itself() -> None:
    entries = [nav.Entry("始", "/"), nav.Entry("单", "/orders/", under=("/o/",))]
    now = [link.current for link in nav.resolve(rf.get("/o/1/"), entries)]
    assert now == [False, True]


def test_rules_with_has_never_share_a_list_with_plain_selectors() -> None:
    for name in ("staff.css", "light.css"):
        text = (UI / "static/ui" / name).read_text(encoding="utf-8")
        for rule in re.findall(r"([^{}]*:has\([^{}]*)\{", text):
            assert "," not in rule, rule
