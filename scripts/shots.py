"""Screenshots for the README, from the running product with its demo data:
`make run` in one window, `make shots` in another. Signs in by the demo tiles, like
a visitor, and writes docs/shots/*.png."""

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGS, CHROMIUM

BASE = os.environ.get("BAODAO_URL", "http://127.0.0.1:8000")
OUT = Path(__file__).resolve().parent.parent / "docs" / "shots"
DESK, PHONE = (1440, 900), (390, 844)
# name, demo account ("" is a resident), size, where to go: a path, then links to click
SHOTS = [
    ("board", "", DESK, ["/"]),
    ("board-phone", "", PHONE, ["/"]),
    ("wish", "", PHONE, ["/orders/wish/?place=542523100001"]),
    ("wish-elder", "", PHONE, ["/orders/wish/?place=542523100001&mode=elder"]),
    ("sign-in", "", DESK, ["/sign-in/"]),
    ("desk", "demo-worker", DESK, ["/orders/"]),
    ("order", "demo-worker", DESK, ["/orders/", "css=a.btn:has-text('派单')"]),
    ("new", "demo-worker", DESK, ["/orders/new/"]),
    ("unit", "demo-unit", DESK, ["/orders/unit/"]),
    ("member", "demo-member", PHONE, ["/me/"]),
    ("coverage", "demo-county", DESK, ["/report-ins/coverage/"]),
    (
        "allocation",
        "demo-prefecture",
        DESK,
        ["/allocation/new/", "css=main .btn-primary"],
    ),
]


def _sign_in(page: Page, account: str) -> None:
    page.goto(f"{BASE}/sign-in/")
    page.locator(f"form[action$='/demo/{account}/'] button").first.click()
    page.wait_for_load_state()


def main() -> int:
    """Take the shots named on the command line, or all."""
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for name, account, (width, height), steps in SHOTS:
            if wanted and name not in wanted:
                continue
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )  # fmt: skip
            page = context.new_page()
            if account:
                _sign_in(page, account)
            page.goto(BASE + steps[0])
            for link in steps[1:]:
                page.locator(link).first.click()
                page.wait_for_load_state()
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=OUT / f"{name}.png")
            print(name)
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
