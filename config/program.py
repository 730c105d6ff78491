"""A child process of the demo that is kept running."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from config.embedded import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
HEALTHY_SECONDS = 20.0
LONGEST_PAUSE = 10.0


def say(text: str) -> None:
    """Print at once; a closed terminal is no reason to leave processes behind."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


class Program:
    """A child that is kept running: output with its name in front, restarts with growing pauses."""

    def __init__(self, name: str, command: Sequence[str], *, on_our_death: signal.Signals) -> None:
        self.name = name
        self.command = list(command)
        self.on_our_death = on_our_death
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self._started_at = 0.0
        self._restart_at: float | None = None
        self._rest = b""

    def start(self, environment: dict[str, str], selector: selectors.BaseSelector) -> None:
        """Start it in a session of its own: Ctrl-C at the terminal reaches only the supervisor."""
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=die_with_parent(self.on_our_death),
        )  # fmt: skip
        self._started_at = time.monotonic()
        self._restart_at = None
        if self.process.stdout:
            os.set_blocking(self.process.stdout.fileno(), False)
            selector.register(self.process.stdout, selectors.EVENT_READ, self)

    def relay_output(self, selector: selectors.BaseSelector) -> None:
        """Print the complete lines that have arrived."""
        stream = self.process.stdout if self.process else None
        if stream is None:
            return
        data = os.read(stream.fileno(), 65536)
        if not data:
            selector.unregister(stream)
            stream.close()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.strip():
                say(f"{self.name:>7} | {line.decode(errors='replace').rstrip()}")

    def look_after(self, environment: dict[str, str], selector: selectors.BaseSelector) -> None:
        """Start it again when it has ended and the pause is over."""
        now = time.monotonic()
        if self._restart_at is not None:
            if now >= self._restart_at:
                self.start(environment, selector)
        elif self.process and self.process.poll() is not None:
            self._end_stragglers()
            self.failures = 1 if now - self._started_at > HEALTHY_SECONDS else self.failures + 1
            pause = min(0.5 * 2 ** (self.failures - 1), LONGEST_PAUSE)
            self._restart_at = now + pause
            say(f"{self.name:>7} | ended with {self.process.returncode}; starting again in {pause:g} s")

    def ask_to_stop(self) -> None:
        """Let it finish in its own way."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def make_stop(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then end it and everything that it started."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self._end_stragglers()
        self.process.wait()

    def _end_stragglers(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
