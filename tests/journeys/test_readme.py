"""The README's session with curl, run as it stands there against the real server."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from baodao.orders.models import Order
from baodao.people.tests.make import World

pytestmark = pytest.mark.journey
ROOT = Path(__file__).resolve().parents[2]


def session() -> str:
    """The shell block of the README's part on the API."""
    found = re.search(
        r"## 接口\n.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    assert found
    return found.group(1)


def test_the_curl_session_of_the_readme_works(
    served: str, w: World, tmp_path: Path
) -> None:
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    name = str(connection.settings_dict["NAME"])
    env = {
        **os.environ, "URL": f"{served}/api/v1",
        "ACCOUNT": w.accounts["community_worker"].username,
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
        "BAODAO_VAR": str(settings.VAR),
    }  # fmt: skip
    assert shutil.which("curl"), "apt-get install curl"
    script = session().replace("\n\n", '\necho "~~"\n')
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = [part.strip() for part in ran.stdout.split("~~")]
    placed, acts, seen, refused, listed = said[1:]
    order = Order.objects.get(pk=json.loads(placed)["id"])
    assert (order.state, order.title) == ("published", "楼道灯坏了，想请人换一个")
    verified, published = re.findall(r"{.*?}", acts)
    assert json.loads(verified)["state"] == "verified"
    assert json.loads(published)["state"] == "published"
    assert json.loads(seen)["detail"] == "楼道的灯坏了，晚上看不见"
    assert json.loads(refused)["status"] == 409
    first = json.loads(listed[: listed.index("}{") + 1])
    assert [o["id"] for o in first["items"]] == [str(order.id)]
