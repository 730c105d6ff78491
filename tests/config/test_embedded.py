"""The servers of the demo and the tests are children that cannot outlive us."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from config.embedded import NOBODY, Postgres, Valkey

PARENT = """
import sys, signal
from pathlib import Path
from config.embedded import Postgres, Valkey
postgres, valkey = Postgres(Path(sys.argv[1]), options=["fsync=off"]), Valkey()
postgres.start(), valkey.start()
print(postgres.process.pid, valkey.process.pid, flush=True)
signal.pause()
"""


def runs(pid: int) -> bool:
    """A zombie waits for somebody to read its status; it runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int], seconds: float) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def test_servers_end_when_their_parent_is_killed(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "pg")], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2

    parent.kill()
    parent.communicate()

    assert wait_until_gone(pids, seconds=5) == []


def test_data_survive_a_killed_server_and_a_new_start(tmp_path):
    import psycopg

    server = Postgres(tmp_path / "pg")
    server.start()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE promise AS SELECT 1 AS kept")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()

    server.launch()
    with psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SELECT kept FROM promise").fetchone() == (1,)
    server.stop()
    server.destroy()


def test_postgres_never_runs_as_root_and_opens_no_port(tmp_path):
    import psycopg

    server = Postgres(tmp_path / "pg", options=["fsync=off"])
    server.start()
    with psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    if os.geteuid() == 0:
        command = Path(f"/proc/{server.process.pid}/uid_map")
        inside = int(command.read_text().split()[0])
        owner = Path(f"/proc/{server.process.pid}").stat().st_uid
        assert NOBODY in (inside, owner)
    server.stop()
    server.destroy()


def test_valkey_listens_on_a_private_socket_only():
    valkey = Valkey()
    valkey.start()
    assert valkey.socket.stat().st_mode & 0o077 == 0
    assert len(str(valkey.socket)) < 108
    valkey.stop()
    assert not valkey.socket.exists()
