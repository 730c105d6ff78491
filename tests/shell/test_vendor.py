"""What was taken from elsewhere is what was reviewed."""

import shutil
from pathlib import Path

from config.vendor import VENDOR, differences


def test_vendored_files_are_those_that_were_reviewed() -> None:
    assert list(differences()) == []


def test_a_changed_and_an_added_file_are_found(tmp_path: Path) -> None:
    copy = tmp_path / "vendor"
    shutil.copytree(VENDOR, copy)
    (copy / "tabler/tabler.min.js").write_text("changed")
    (copy / "extra.js").write_text("")
    assert list(differences(copy)) == [
        "extra.js: not listed in HASHES",
        "tabler/tabler.min.js: content differs from HASHES",
    ]
