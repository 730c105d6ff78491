"""Write NOTICE: what Countersign is built on, with versions and licences (`make notice`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """Countersign
Copyright (C) 2026 the Countersign contributors

Licensed under the GNU Affero General Public License, version 3 or later (see LICENSE).
It includes, depends on or is tested with the following software, each under its own licence.

"""


def main() -> None:
    """List every installed package and where the vendored front-end files come from."""
    command = [str(Path(sys.executable).parent / "pip-licenses"), "--format=json", "--from=mixed"]
    packages = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rows = sorted((p["Name"], p["Version"], " ".join(p["License"].split())) for p in packages)
    width = max(len(name) + len(version) + 1 for name, version, _ in rows) + 2
    lines = [f"{name + ' ' + version:<{width}}{licence[:80]}" for name, version, licence in rows]
    vendored = ROOT / "static" / "vendor" / "HASHES"
    if vendored.exists():
        origins = [line for line in vendored.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        lines += ["", "In static/vendor:", *(line.lstrip("# ") for line in origins)]
    (ROOT / "NOTICE").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
