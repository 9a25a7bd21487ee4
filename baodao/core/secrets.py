"""The deployment's secrets: read from the environment, else from one file that
is made on the first start and readable by its owner only."""

import base64
import json
import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """`django` signs sessions and tokens; `field` (32 bytes) encrypts personal
    data. Losing `field` loses that data: it belongs in the backup."""

    django: str
    field: bytes


def secrets_file(var: Path) -> Path:
    """Where they are kept."""
    return Path(os.environ.get("BAODAO_SECRETS", var / "secrets.json"))


def load_secrets(var: Path) -> Secrets:
    """Secrets from `BAODAO_SECRETS` (path of the JSON file, default
    `var/secrets.json`); the file is made when it does not exist."""
    path = secrets_file(var)
    if not path.exists():
        _make(path)
    data = json.loads(path.read_text())
    return Secrets(data["django"], base64.b64decode(data["field"]))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {
        "django": random.token_urlsafe(48),
        "field": base64.b64encode(random.token_bytes(32)).decode(),
    }
    try:
        # O_EXCL: two processes starting together must not each make a key.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(fd, "w") as file:
        json.dump(data, file)
