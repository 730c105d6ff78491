"""`make demo`: ready with logins, stopped at once, nothing left even when killed, data kept."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from config import demo
from tests.demo.program import RunningDemo


def test_demo_from_nothing_to_nothing_left_behind(prepared: tuple[Path, str]):
    home, logins = prepared
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first = RunningDemo(home, port)
        try:
            assert not first.address.endswith(f":{port}")
            with urllib.request.urlopen(first.address, timeout=20) as response:
                assert response.status == 200
            assert "@" in logins
            assert logins.strip() in first.said.partition("Ready:")[2]
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
