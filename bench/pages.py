"""(b) Staff list, board and search with a long history against a short one: p95 of each
page with 1,000,000 orders divided by that with 10,000."""

import http.client
import re
import shutil
import time
from collections.abc import Iterator
from urllib.parse import quote

from bench.deployment import HISTORY, Deployment, django, serving
from bench.figures import Figure
from bench.history import grow

FEW, MANY, TIMES = 10_000, 1_000_000, 120
# name, demo account ("" is a resident), path
PAGES = [
    ("list_community", "demo-worker", "/orders/"),
    ("list_county", "demo-county", "/orders/"),
    ("list_prefecture", "demo-prefecture", "/orders/"),
    ("list_closed", "demo-worker", "/orders/?tab=closed"),
    ("list_words", "demo-county", "/orders/?q=手机"),
    ("search_words", "demo-worker", "/search/?q=手机"),
    ("search_number", "demo-county", "/search/?q=1120-05"),
    ("board", "", "/"),
    ("board_county", "", "/?place=542523"),
    ("wishes", "", "/wishes/"),
]


def main() -> list[Figure]:
    """Both worlds, one after the other, on one server."""
    shutil.rmtree(HISTORY, ignore_errors=True)
    with serving(var=HISTORY) as deployment:
        django(HISTORY)
        grow(FEW)
        few = {name: _p95(deployment, who, path) for name, who, path in PAGES}
        grow(MANY)
        many = {name: _p95(deployment, who, path) for name, who, path in PAGES}
    return list(_figures(few, many))


def _figures(few: dict[str, float], many: dict[str, float]) -> Iterator[Figure]:
    for name, before in few.items():
        yield Figure(
            f"p95_{name}_1m_to_10k", many[name] / before, 1.3,
            note=f"{before * 1000:.0f} ms, then {many[name] * 1000:.0f} ms",
        )  # fmt: skip


def _p95(deployment: Deployment, who: str, path: str) -> float:
    browser = Browser(deployment.port)
    if who:
        browser.sign_in(who)
    spans = []
    for i in range(TIMES + 10):
        began = time.perf_counter()
        status = browser.get(path)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
        if i >= 10:  # both processes are warm
            spans.append(time.perf_counter() - began)
    return sorted(spans)[int(TIMES * 0.95)]


class Browser:
    """Keep-alive and cookies, nothing else."""

    def __init__(self, port: int) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port)
        self.cookies: dict[str, str] = {}
        self.text = ""

    def get(self, path: str) -> int:
        return self._ask("GET", path)

    def sign_in(self, account: str) -> None:
        """By the demo tile."""
        self.get("/sign-in/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.text)
        assert found
        form = f"csrfmiddlewaretoken={found.group(1)}"
        self._ask("POST", f"/demo/{account}/", form)

    def _ask(self, method: str, path: str, body: str = "") -> int:
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Accept-Encoding": "gzip",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Accept-Encoding"] = "identity"
        if path == "/sign-in/":
            headers["Accept-Encoding"] = "identity"
        self.http.request(method, quote(path, safe="/?=&"), body or None, headers)
        answer = self.http.getresponse()
        raw = answer.read()
        if headers["Accept-Encoding"] == "identity":
            self.text = raw.decode(errors="replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
        return answer.status


if __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)
