"""`make demo` as the tests run it: prepared from nothing, or running with all its programs."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from config import demo

NOT_THE_TESTS_OWN = (
    "DATABASE_URL",
    "BROKER_URL",
    "COUNTERSIGN_DATA",
    "STATIC_STORAGE",
    "RESET",
    "DJANGO_SETTINGS_MODULE",
)
# What `config.demo` does before it starts its programs.
PREPARE = """
from config import demo
with demo.only_one():
    first = demo.Demo()
    first._set_environment("http://127.0.0.1:8000")
    try:
        first._start_servers()
        print(first._prepare())
    finally:
        first.stop()
"""


def environment(home: Path) -> dict[str, str]:
    """Of a person who starts the demo in a folder of its own."""
    theirs = {key: value for key, value in os.environ.items() if key not in NOT_THE_TESTS_OWN}
    return {**theirs, "DEMO_HOME": str(home)}


def prepare(home: Path) -> str:
    """Make the demo's database from nothing; what it printed, which are the logins."""
    done = subprocess.run(
        [sys.executable, "-c", PREPARE],
        cwd=demo.ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


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
    """A demo with its programs."""

    def __init__(self, home: Path, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            env={**environment(home), "PORT": str(port)},
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
