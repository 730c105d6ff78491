"""Make a database ready to serve: migrate, demo data, static files; print the demo logins.

Run by `config.demo` as a child process, so that the supervisor itself never loads Django.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Bring database and static files up to date; every part may be repeated."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("seed_demo", verbosity=0)
    collect_static_files()
    call_command("demo_logins", stdout=sys.stdout)


def collect_static_files() -> None:
    """Collect only when a file or the dependencies changed: compressing takes seconds."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted([*ROOT.glob("static/**/*"), *ROOT.glob("*/static/**/*")]):
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_mtime_ns}".encode())
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest.hexdigest())


if __name__ == "__main__":
    main()
