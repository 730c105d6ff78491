"""What the embedded servers share: finding programs, dying with the parent, folders for sockets."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

START_SECONDS = 30.0
_LIBC = ctypes.CDLL(None)  # loaded before any fork: the child may not import
_PR_SET_PDEATHSIG = 1


class NotAvailableError(RuntimeError):
    """No server program was found; the message says what to do about it."""


def die_with_parent(sig: signal.Signals) -> Callable[[], None]:
    """Return a ``preexec_fn``: the kernel sends `sig` to the child when the thread that started it ends.

    It is the only protection that survives SIGKILL of the parent. Start children from the main thread.
    """

    def ask_kernel() -> None:
        if sys.platform == "linux":
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(sig))

    return ask_kernel


def package_folder(module: str) -> Path | None:
    """Folder of an installed module, found without importing it: importing these wheels has side effects."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def short_folder(kind: str) -> Path:
    """A private folder whose path leaves room for a socket name (108 bytes); leftovers of the dead go."""
    for folder in Path("/tmp").glob("cs-*-*-*"):
        owner = folder.name.split("-")[2]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"cs-{kind}-{os.getpid()}-", dir="/tmp"))


def started(folder: Path | None) -> Path:
    if folder is None:
        raise RuntimeError("The server has not been started.")
    return folder
