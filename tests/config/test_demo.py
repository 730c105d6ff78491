"""`make demo`: ready with logins, stopped at once, nothing left even when killed, data kept."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from config import demo

NOT_THE_TESTS_OWN = (
    "DATABASE_URL",
    "BROKER_URL",
    "COUNTERSIGN_DATA",
    "STATIC_STORAGE",
    "RESET",
    "DJANGO_SETTINGS_MODULE",
)


def snapshot() -> dict[int, tuple[int, str]]:
    """Parent and command line of every process that runs (a zombie has no command line)."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if command:
            found[int(folder.name)] = (int(parent), command.replace(b"\0", b" ").decode(errors="replace"))
    return found


class RunningDemo:
    """A demo in a folder of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        environment = {key: value for key, value in os.environ.items() if key not in NOT_THE_TESTS_OWN}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            env={**environment, "DEMO_HOME": str(home), "PORT": str(port)},
            cwd=demo.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said = ""
        while "Ctrl-C stops" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"the demo ended early:\n{self.said}"
            self.said += line
        self.address = re.search(r"^Ready: (http://127\.0\.0\.1:\d+)$", self.said, re.MULTILINE).group(1)

    def parts(self) -> dict[int, str]:
        """Process number and command line of the supervisor and of everything below it."""
        family, processes = {self.process.pid}, snapshot()
        while more := {pid for pid, (parent, _) in processes.items() if parent in family} - family:
            family |= more
        return {pid: processes[pid][1] for pid in family if pid in processes}

    def database(self) -> psycopg.Connection:
        folder = next(re.search(r"-k (\S+)", part).group(1) for part in self.parts().values() if "postgres -D" in part)
        return psycopg.connect(host=folder, user="countersign", dbname="countersign", autocommit=True)

    def end(self, number: signal.Signals) -> float:
        """Seconds from the signal to the end of the last process."""
        parts = self.parts()
        begin = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(10)
        while (left := parts.items() & {pid: line for pid, (_, line) in snapshot().items()}.items()) and (
            time.monotonic() < begin + 10
        ):
            time.sleep(0.05)
        assert not left
        return time.monotonic() - begin


def test_demo_from_nothing_to_nothing_left_behind(tmp_path):
    home = tmp_path / "demo"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first = RunningDemo(home, port)
        try:
            assert not first.address.endswith(f":{port}")
            with urllib.request.urlopen(first.address, timeout=20) as response:
                assert response.status == 200
            assert "@" in first.said.partition("Ready:")[2]
            programs = " ".join(first.parts().values())
            assert all(name in programs for name in ("gunicorn", "worker", "beat", "valkey-server", "postgres -D"))
            with first.database() as connection:
                connection.execute("CREATE TABLE promise AS SELECT 1 AS kept")
        finally:
            first.end(signal.SIGKILL)

    second = RunningDemo(home, port)
    try:
        with second.database() as connection:
            assert connection.execute("SELECT kept FROM promise").fetchone() == (1,)
        again = subprocess.run(
            [sys.executable, "-m", "config.demo"], cwd=demo.ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "DEMO_HOME": str(home)},
        )  # fmt: skip
        assert again.returncode == 1
        assert f"already running (process {second.process.pid})" in again.stdout
    finally:
        seconds = second.end(signal.SIGTERM)
    assert seconds < 3
    assert second.process.returncode == 0


def test_reset_forgets_everything_but_never_a_real_database(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "HOME", tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "secret_key").touch()
    (tmp_path / "lock").touch()
    monkeypatch.setenv("DATABASE_URL", "postgres://production/countersign")
    with pytest.raises(demo.DemoError, match="DATABASE_URL"):
        demo.forget_data()
    assert (tmp_path / "postgres").exists()

    monkeypatch.delenv("DATABASE_URL")
    demo.forget_data()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
