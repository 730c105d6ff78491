"""Everything that `make check` looks at, each with its own name, all of them even when one fails."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
APPS = ("accounts", "audit", "jobs", "customers", "policies", "credit", "contracts", "workflows", "config")
LOCKS = ("requirements.lock", "browser.lock", "package-lock.json")
ANY_URL = re.compile(r"[a-z][a-z+.-]*://|^--(?:extra-)?index-url|^--find-links", re.IGNORECASE)

PYTHON = sys.executable
CHECKS: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "types": [str(BIN / "mypy"), *APPS],
    "layers": [str(BIN / "lint-imports"), "--no-logo"],
    "migrations": [PYTHON, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
    "deployment": [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    "translations": [PYTHON, "-m", "config.messages", "check"],
    "vendored files": [PYTHON, "-m", "config.vendor"],
    "lock files": [PYTHON, "-m", "config.checks", "locks"],
}


def production_environment(scratch: str) -> dict[str, str]:
    """What a production server would set; nothing of it is used for more than checking."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "HTTPS": "1",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "countersign.example",
        "CSRF_TRUSTED_ORIGINS": "https://countersign.example",
        "PUBLIC_URL": "https://countersign.example",
        "DATABASE_URL": f"postgres://nobody@/none?host={scratch}",  # no check may need the database
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "COUNTERSIGN_DATA": scratch,
    }


def urls_in_locks() -> Iterator[str]:
    """Lock files pin names, versions and hashes; where to fetch them from is each machine's business."""
    for name in LOCKS:
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1):
            if ANY_URL.search(line):
                yield f"{name}:{number}: {line.strip()}"


def run(name: str, environment: dict[str, str]) -> tuple[str, int, str]:
    """One check: its name, exit status and output."""
    done = subprocess.run(
        CHECKS[name], cwd=ROOT, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return name, done.returncode, done.stdout


def main(arguments: list[str]) -> int:
    """Run all checks (or those named), two at a time; 1 when any fails."""
    if arguments == ["locks"]:
        found = list(urls_in_locks())
        print("\n".join(found))
        return 1 if found else 0
    names = arguments or list(CHECKS)
    failed = []
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        environment = production_environment(scratch)
        for name, status, output in pool.map(lambda name: run(name, environment), names):
            print(f"{'ok  ' if status == 0 else 'FAIL'} {name}", flush=True)
            if status:
                failed.append(name)
                print(output.rstrip(), flush=True)
    if failed:
        print(f"{len(failed)} of {len(names)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
