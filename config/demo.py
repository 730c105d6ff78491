"""One command for the whole product: PostgreSQL, Valkey, web, worker and beat, and nothing left behind.

``python -m config.demo`` (``make demo``). Environment:

* ``PORT`` – where to serve; 8000 by default, the next free one when it is taken.
* ``RESET=1`` – forget the demo's data and start anew.
* ``DEMO_HOME`` – where the data stays; ``.demo`` by default.
* ``DATABASE_URL``, ``BROKER_URL`` – use real servers instead of embedded ones.

Ctrl-C, SIGTERM and SIGHUP stop everything. Should this process be killed, the kernel ends its children
(`config.embedded.die_with_parent`). It is single-threaded and never loads Django.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from config.embedded import DATABASE_USER, NotAvailableError, Postgres, Valkey, die_with_parent
from config.program import Program, say

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("DEMO_HOME") or ROOT / ".demo").absolute()
DATABASE = DATABASE_USER
STOP_SECONDS = 1.5  # for the programs; the servers then need a few tenths
READY_SECONDS = 90.0
ATTEMPTS_BEFORE_READY = 3


class DemoError(Exception):
    """The demo cannot go on; the message is for the person at the terminal."""


class StopRequested(Exception):
    """Somebody wants the demo to end."""


class Demo:
    """Everything that one demo runs, in the order in which it depends on each other."""

    def __init__(self) -> None:
        self.environment = dict(os.environ)
        self.selector = selectors.DefaultSelector()
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.programs: list[Program] = []
        self.stopping = False

    def request_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler: only remember; the loop looks at it five times a second."""
        self.stopping = True

    def check_stop(self) -> None:
        """Leave by exception when somebody asked us to stop."""
        if self.stopping:
            raise StopRequested

    def run(self) -> None:
        """Start, announce and look after everything until somebody stops it."""
        port = free_port(int(os.environ.get("PORT") or 8000))
        address = f"http://127.0.0.1:{port}"
        self._set_environment(address)
        self._start_servers()
        say("Preparing database and demo data (the first time takes a little longer) ...")
        logins = self._prepare()
        self._start_programs(port)
        self._wait_until_ready(address)
        say(f"\nReady: {address}\n\n{logins.strip()}\n")
        say(f"Ctrl-C stops. The data stays in {HOME}; RESET=1 starts anew.")
        while True:
            self._tick()

    def stop(self) -> None:
        """Stop the programs together, then the servers they use."""
        for program in self.programs:
            program.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for program in self.programs:
            program.make_stop(deadline)
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()

    def _set_environment(self, address: str) -> None:
        secret = HOME / "secret_key"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_urlsafe(48))
        defaults = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": secret.read_text(),
            "COUNTERSIGN_DATA": str(HOME / "data"),
            "PUBLIC_URL": address,
            "DEMO": "1",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }
        self.environment = {**defaults, **self.environment}

    def _start_servers(self) -> None:
        if "DATABASE_URL" not in self.environment:
            self.postgres = Postgres(HOME / "postgres")
            if reset_requested():
                self.postgres.destroy()
            self.postgres.start()
            create_database(self.postgres)
            self.environment["DATABASE_URL"] = self.postgres.url(DATABASE)
        self.check_stop()
        if "BROKER_URL" not in self.environment:
            self.valkey = Valkey()
            self.valkey.start()
            self.environment["BROKER_URL"] = self.valkey.url()

    def _prepare(self) -> str:
        """Migrate, seed and collect static files; return the table of logins."""
        process = subprocess.Popen(
            [sys.executable, "-m", "config.prepare"], cwd=ROOT, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )  # fmt: skip
        try:
            while True:
                self.check_stop()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    output, _ = process.communicate(timeout=0.2)
                    break
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise DemoError("The database could not be prepared; the reason is above.")
        return output

    def _start_programs(self, port: int) -> None:
        # Celery warns root at length, and the demo must run as root too
        python = [sys.executable, "-W", "ignore::UserWarning", "-m"]
        web = [
            *python, "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", "2", "--threads", "4", "--graceful-timeout", "1", "--log-level", "warning",
            "--no-control-socket",
        ]  # fmt: skip
        worker = [
            *python, "celery", "-q", "-A", "config.celery", "worker", "-l", "WARNING",
            "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        beat = [
            *python, "celery", "-q", "-A", "config.celery", "beat", "-l", "WARNING", "--pidfile=",
            "--schedule", str(HOME / "beat-schedule"),
        ]  # fmt: skip
        self.programs = [
            Program("web", web, on_our_death=signal.SIGTERM),
            # SIGKILL: a worker that first finishes its job would outlive us, and the job is repeated anyway
            Program("worker", worker, on_our_death=signal.SIGKILL),
            Program("beat", beat, on_our_death=signal.SIGKILL),
        ]
        for leftover in HOME.glob("beat-schedule*"):  # half-written when beat was killed
            leftover.unlink()
        for program in self.programs:
            program.start(self.environment, self.selector)

    def _wait_until_ready(self, address: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(address):
            self._tick()
            if any(program.failures >= ATTEMPTS_BEFORE_READY for program in self.programs):
                raise DemoError("A part of the demo does not start; the reason is above.")
            if time.monotonic() > deadline:
                raise DemoError(f"No answer from {address} within {READY_SECONDS:.0f} s.")

    def _tick(self) -> None:
        """Relay output for up to 0.2 s, then see who has died."""
        for key, _ in self.selector.select(0.2):
            key.data.relay_output(self.selector)
        self.check_stop()
        if self.postgres and self.postgres.process and self.postgres.process.poll() is not None:
            say("PostgreSQL ended; starting it again")
            self.postgres.launch()
        if self.valkey and self.valkey.process and self.valkey.process.poll() is not None:
            say("Valkey ended; starting it again")
            self.valkey.launch()
        for program in self.programs:
            program.look_after(self.environment, self.selector)


def reset_requested() -> bool:
    """Whether the person asked for a fresh start."""
    return os.environ.get("RESET", "0") not in ("", "0")


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, min(first + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise DemoError(f"No free port from {first} on; set PORT.")


def create_database(server: Postgres) -> None:
    """Create the demo's database in an embedded cluster unless it is there."""
    import psycopg

    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def answers(address: str) -> bool:
    """Whether the web server serves pages."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Two demos on one folder would fight for the database; the second says so and ends."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DemoError(f"The demo is already running (process {lock.read().strip()}).") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def forget_data() -> None:
    """RESET=1: empty the folder except the lock that we hold."""
    if "DATABASE_URL" in os.environ:
        raise DemoError("RESET=1 empties the embedded database only; it does not touch that of DATABASE_URL.")
    for path in HOME.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def follow_make() -> None:
    """Started by make: end when make is killed, as a shell would expect of one command."""
    with contextlib.suppress(OSError):
        if Path(f"/proc/{os.getppid()}/comm").read_text().strip() == "make":
            die_with_parent(signal.SIGTERM)()


def main() -> int:
    """Run the demo; 0 when it was asked to stop, 1 when it could not go on."""
    demo = Demo()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, demo.request_stop)  # also after `cmd &`, which starts with SIGINT ignored
    follow_make()
    try:
        with only_one():
            if reset_requested():
                forget_data()
            try:
                demo.run()
            finally:
                say("Stopping ...")
                demo.stop()
    except StopRequested:
        return 0
    except (DemoError, NotAvailableError, RuntimeError) as problem:
        say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
