"""Check that the front-end files taken from elsewhere are byte for byte those that were reviewed.

``static/vendor/HASHES`` has the format of ``sha256sum``; lines with ``#`` name the origin.
Run ``python -m config.vendor``: exit 0, or 1 with one line per difference.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"


def expected(vendor: Path) -> dict[str, str]:
    """File name relative to the folder -> SHA-256, as committed."""
    lines = (vendor / "HASHES").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    return {name: digest for digest, name in pairs}


def differences(vendor: Path = VENDOR) -> Iterator[str]:
    """One sentence for every file that is missing, changed or not listed."""
    known = expected(vendor)
    found = {str(path.relative_to(vendor)): path for path in vendor.rglob("*") if path.is_file()}
    del found["HASHES"]
    for name in sorted(known.keys() | found.keys()):
        if name not in found:
            yield f"{name}: missing"
        elif name not in known:
            yield f"{name}: not listed in HASHES"
        elif hashlib.sha256(found[name].read_bytes()).hexdigest() != known[name]:
            yield f"{name}: content differs from HASHES"


def main() -> int:
    """Print the differences; the number of them decides the exit status."""
    found = list(differences())
    for line in found:
        sys.stderr.write(f"static/vendor/{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
