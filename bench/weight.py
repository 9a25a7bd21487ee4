"""(d) What a first visit weighs, counted in the browser over the wire."""

from playwright.sync_api import Browser, sync_playwright

from bench.deployment import Deployment, serving
from bench.figures import Figure
from tests.browser import ARGS, CHROMIUM

KB = 1000
RESIDENT, STAFF = 60, 300
# name, account, path, most kB
PAGES = [
    ("board", "", "/", RESIDENT),
    ("wishes", "", "/wishes/", RESIDENT),
    ("wish", "", "/orders/wish/?place=542523100001", RESIDENT),
    ("wish_elder", "", "/orders/wish/?place=542523100001&mode=elder", RESIDENT),
    ("find", "", "/orders/find/", RESIDENT),
    ("member", "demo-member", "/me/", RESIDENT),
    ("desk", "demo-worker", "/orders/", STAFF),
    ("members", "demo-worker", "/people/members/", STAFF),
    ("coverage", "demo-county", "/report-ins/coverage/", STAFF),
]


def main() -> list[Figure]:
    """Every page with an empty cache."""
    with serving() as deployment, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        found = [
            Figure(
                f"first_visit_kb_{name}", _weigh(browser, deployment, who, path), most
            )
            for name, who, path, most in PAGES
        ]
        browser.close()
    return found


def _weigh(browser: Browser, deployment: Deployment, who: str, path: str) -> float:
    context = browser.new_context(base_url=deployment.url, locale="zh-CN")
    page = context.new_page()
    if who:
        page.goto("/sign-in/")
        page.locator(f"form[action$='/demo/{who}/'] button").first.click()
        page.wait_for_load_state()
        cookies = context.cookies()
        context.close()
        context = browser.new_context(base_url=deployment.url, locale="zh-CN")
        context.add_cookies(cookies)
        page = context.new_page()
    sizes: list[float] = []
    watch = context.new_cdp_session(page)
    watch.send("Network.enable")
    watch.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    page.goto(path)
    page.wait_for_timeout(300)
    context.close()
    return sum(sizes) / KB


if __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)
