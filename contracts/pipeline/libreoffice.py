"""The LibreOffice engine, for templates that the embedded engine can't set; used only where it is installed.

Every conversion has a profile and a font set of its own: a stuck office must not stop the next one, and the
machine's fonts must not change the layout. It runs inside the limited child process only.
"""

import os
import shutil
import subprocess
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from contracts.pipeline import fonts

NAME = "libreoffice"
SECONDS = 60
FILTER = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}'
SERIF_NAMES = ("SimSun", "宋体", "NSimSun", "FangSong", "KaiTi", "Times New Roman")
SANS_NAMES = ("SimHei", "黑体", "Microsoft YaHei", "DengXian", "等线")
LATIN_NAMES = ("Arial", "Calibri", "Helvetica")
# Pictures and templates that a document names elsewhere are never fetched.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
</item>
</oor:items>
"""


class EngineError(RuntimeError):
    """The engine gave no PDF; `code` says why."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(f"{code}: {detail}")


def program() -> str | None:
    """Where LibreOffice is, None when it is not installed."""
    return shutil.which("soffice")


@cache
def version() -> str:
    """Name and version, for the record."""
    found = program()
    if found is None:
        return f"{NAME} (not installed)"
    done = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    return done.stdout.strip()[:80]


def convert(docx: bytes, created_at: datetime) -> bytes:
    """Convert to PDF/A-2b. The exit code of soffice says nothing, so the output itself is looked at.

    Raises EngineError when LibreOffice is missing, takes too long or returns no PDF.
    """
    found = program()
    if found is None:
        raise EngineError("engine_missing", "LibreOffice is not installed on this machine")
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        home = Path(folder)
        (home / "letter.docx").write_bytes(docx)
        (home / "fonts.conf").write_text(_font_configuration(home), encoding="utf-8")
        (home / "profile" / "user").mkdir(parents=True)
        (home / "profile" / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
        _run(found, home, created_at)
        result = home / "letter.pdf"
        pdf = result.read_bytes() if result.exists() else b""
    if not pdf.startswith(b"%PDF-"):
        raise EngineError("no_pdf", "LibreOffice returned no PDF")
    return pdf


def _run(found: str, home: Path, created_at: datetime) -> None:
    command = [
        found,
        f"-env:UserInstallation=file://{home}/profile",
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", FILTER),
        *("--outdir", str(home), str(home / "letter.docx")),
    ]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "FONTCONFIG_FILE": str(home / "fonts.conf"),
        "SOURCE_DATE_EPOCH": str(int(created_at.timestamp())),
        # Nothing may be fetched over the network.
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "LANG": "C.UTF-8",
    }
    quiet = subprocess.DEVNULL
    # In the group of the calling process, which its parent kills as a whole: soffice is a wrapper whose
    # child would live on and block the profile.
    process = subprocess.Popen(command, env=environment, cwd=home, stdout=quiet, stderr=quiet)  # noqa: S603
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise EngineError("engine_timeout", f"LibreOffice took longer than {SECONDS} s") from None


def _font_configuration(home: Path) -> str:
    folders = "".join(f"<dir>{escape(folder)}</dir>" for folder in fonts.directories())
    aliases = "".join(
        f"<alias binding='same'><family>{name}</family><prefer><family>{ours}</family></prefer></alias>"
        for names, ours in (
            (SERIF_NAMES, fonts.SERIF),
            (SANS_NAMES, fonts.SANS_CHINESE),
            (LATIN_NAMES, fonts.SANS_LATIN),
        )
        for name in names
    )
    cache_folder = escape(str(home / "fontcache"))
    return f"<?xml version='1.0'?><fontconfig>{folders}<cachedir>{cache_folder}</cachedir>{aliases}</fontconfig>"
