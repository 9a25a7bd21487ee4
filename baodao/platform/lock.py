"""One holder per folder, however the last one ended."""

import fcntl
import os
from pathlib import Path
from typing import IO


def take(file: Path) -> IO[str] | None:
    """Lock `file` and keep it open; None when another process has it. The lock
    goes with the process, also after kill -9."""
    file.parent.mkdir(parents=True, exist_ok=True)
    held = file.open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    held.seek(0)
    held.truncate()
    held.write(f"{os.getpid()}\n")
    held.flush()
    return held


def holder(file: Path) -> str:
    """Process number that the holder wrote, for messages."""
    return file.read_text().strip() if file.exists() else ""
