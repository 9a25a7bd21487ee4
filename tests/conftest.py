"""What the tests across subjects share: a browser, and people signed in to it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from baodao.people.tests.make import World, world
from tests.browser import ARGS, CHROMIUM

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for the whole run."""
    if not Path(CHROMIUM).exists():
        pytest.fail(
            "Chromium is missing: apt-get install chromium (or set BAODAO_CHROMIUM)"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        # Playwright runs a loop in this thread; our own code stays synchronous.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        yield chromium
        chromium.close()


@pytest.fixture
def w(transactional_db: None) -> Iterator[World]:
    """The standing cast, really committed, with the categories a flush took."""
    from django.db import connection

    from baodao.orders.categories import seed
    from baodao.orders.models import Category

    seed(Category)
    yield world()
    # Jobs are no model's table: a flush leaves them to whoever comes next.
    connection.cursor().execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def open_as(browser: Browser, live: str, w: World) -> Iterator[Open]:
    """`open_as("community_worker", "/orders/", size="desk")`: a page of an own
    browser window, signed in as that person of the cast. Errors of the page's
    scripts and refused resources fail the test."""
    contexts: list[Any] = []
    problems: list[str] = []

    def start(
        key: str, path: str = "/", size: str = "desk", scripts: bool = True
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=live, viewport={"width": width, "height": height},
            locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=scripts,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(20_000)
        if key in w.accounts:
            cookie = w.client(key).cookies["sessionid"]
            context.add_cookies(
                [{"name": "sessionid", "value": cookie.value, "url": live}]
            )
        page = context.new_page()
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.on(
            "console",
            lambda m: (
                problems.append(m.text) if "Content Security Policy" in m.text else None
            ),
        )
        page.goto(path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert problems == []
