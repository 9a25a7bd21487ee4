"""Debian's Chromium, as the tests, the screenshots and the bench start it."""

import os

CHROMIUM = os.environ.get("BAODAO_CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
