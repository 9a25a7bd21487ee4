"""(b) Staff list, board and search with a long history against a short one: p95 of each
page with 1,000,000 orders divided by that with 10,000."""

import http.client
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from bench.deployment import HISTORY, ROOT, Deployment, serving
from bench.figures import Figure

FEW, MANY, TIMES = 10_000, 1_000_000, 400
# A million rows are on their way to the disk for a while: not what is measured.
SETTLE = 20  # seconds
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


def main() -> Iterator[Figure]:
    """Both worlds stand side by side and are asked in turn, so that whatever else the
    machine does meets both alike."""
    grow = [sys.executable, "-m", "bench.history"]
    with ExitStack() as stack:
        few, many = (
            side_by_side(stack, HISTORY / str(n), [*grow, str(n)]) for n in (FEW, MANY)
        )
        time.sleep(SETTLE)
        for page in PAGES:
            yield _figure(page, few, many)


def side_by_side(stack: ExitStack, var: Path, grow: list[str]) -> Deployment:
    """A fresh deployment in `var`, grown by a program that is told `var` and how
    much: Django is set up for one database in a process."""
    shutil.rmtree(var, ignore_errors=True)
    deployment = stack.enter_context(serving(var=var))
    *program, much = grow
    subprocess.run([*program, str(var), much], check=True, cwd=ROOT)
    return deployment


def _figure(page: tuple[str, str, str], few: Deployment, many: Deployment) -> Figure:
    name, who, path = page
    before, after = p95(few, many, who, path)
    return Figure(
        f"p95_{name}_1m_to_10k", after / before, 1.3,
        note=f"{before * 1000:.0f} ms with 10,000, {after * 1000:.0f} ms with 1,000,000",
    )  # fmt: skip


def p95(few: Deployment, many: Deployment, who: str, *path: str) -> list[float]:
    """Seconds of a page in both, for the demo account `who` ("" is a visitor); a second
    path is the page's in `many`."""
    browsers = [Browser(few.port), Browser(many.port)]
    paths = (path[0], path[-1])
    spans: list[list[float]] = [[], []]
    for browser, page in zip(browsers, paths, strict=True):
        if who:
            browser.sign_in(who)
        for _ in range(10):  # both processes are warm
            browser.get(page)
    for i in range(TIMES):
        for k in (0, 1) if i % 2 else (1, 0):
            spans[k].append(browsers[k].timed(paths[k]))
    return [sorted(each)[int(TIMES * 0.95)] for each in spans]


class Browser:
    """Keep-alive and cookies, nothing else."""

    def __init__(self, port: int) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", port)
        self.cookies: dict[str, str] = {}
        self.text = ""
        self.location = ""

    def get(self, path: str) -> int:
        return self._ask("GET", path)

    def plain(self, path: str) -> str:
        """The page's own text, which is packed otherwise."""
        self._ask("GET", path, packed=False)
        return self.text

    def timed(self, path: str) -> float:
        """Seconds until the whole page is here."""
        began = time.perf_counter()
        status = self.get(path)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
        return time.perf_counter() - began

    def sign_in(self, account: str) -> None:
        """By the demo tile."""
        page = self.plain("/sign-in/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        form = f"csrfmiddlewaretoken={found.group(1)}"
        self._ask("POST", f"/demo/{account}/", form, packed=False)

    def _ask(self, method: str, path: str, body: str = "", packed: bool = True) -> int:
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Accept-Encoding": "gzip" if packed else "identity",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._answer(method, quote(path, safe="/?=&"), body or None, headers)
        raw = answer.read()
        if not packed:
            self.text = raw.decode(errors="replace")
        self.location = answer.getheader("Location", "")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
        return answer.status

    def _answer(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        """The server may have closed a connection that was idle: then once more, on a
        new one."""
        used = self.http.sock is not None
        try:
            self.http.request(method, path, body, headers)
            return self.http.getresponse()
        except ConnectionError:
            self.http.close()
            if not used:
                raise
        self.http.request(method, path, body, headers)
        return self.http.getresponse()


if __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)
