"""Reading a sealed PDF with a program that is not ours."""

import shutil
import subprocess
from pathlib import Path

PROGRAM = shutil.which("pdfsig")


def reads_as_signed(pdf: bytes, folder: Path) -> None:
    """Poppler finds one valid signature over the whole file, and sees one changed byte. Skipped where it is absent."""
    if PROGRAM is None:
        return
    assert "Signature is Valid" in _said(pdf, folder)
    assert "Total document signed" in _said(pdf, folder)
    changed = bytearray(pdf)
    changed[pdf.index(b"/MediaBox") + 12] ^= 1
    assert "Signature is Valid" not in _said(bytes(changed), folder)


def _said(pdf: bytes, folder: Path) -> str:
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    return subprocess.run([str(PROGRAM), str(path)], capture_output=True, text=True, check=False).stdout
