"""Child processes that never outlive their parent."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


def dies_with_parent(signum: int) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends `signum` to the child when its parent
    is gone, even by kill -9 (Linux only)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, signum)

    return arrange


@dataclass
class Child:
    """A running process in a session of its own, so that Ctrl-C in the terminal
    reaches the supervisor only and the whole group can be ended at once."""

    name: str
    popen: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def run(
        cls,
        name: str,
        argv: Sequence[str],
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        owner: pwd.struct_passwd | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> "Child":
        """Start `argv`, as account `owner` if given; output goes on to ours, or
        to the end of `log`."""
        out: IO[bytes] | None = log.open("ab") if log else None
        try:
            popen = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out and subprocess.STDOUT,
                cwd=cwd,
                env=env,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                start_new_session=True,
                # The supervisor has no threads, which is what makes this safe.
                preexec_fn=dies_with_parent(stop_signal),  # noqa: PLW1509
            )
        finally:
            if out:
                out.close()
        return cls(name, popen, stop_signal)

    @property
    def pid(self) -> int:
        return self.popen.pid

    def alive(self) -> bool:
        return self.popen.poll() is None

    def age(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def ask_to_stop(self) -> None:
        if self.alive():
            self.popen.send_signal(self.stop_signal)

    def stop(self, patience: float = 20) -> None:
        """Ask, wait `patience` seconds, then end what is left of the group."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(patience)
        self.end_group()
        self.popen.wait()

    def end_group(self) -> None:
        """Kill what the process may have left behind: workers of a killed web
        server would keep the port."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
