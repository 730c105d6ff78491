"""Lock files pin what is installed and never say where from."""

import pytest

from config import checks


def test_no_lock_file_names_a_host():
    assert list(checks.urls_in_locks()) == []


@pytest.mark.parametrize("line", ['"resolved": "https://example.org/a.tgz"', "--index-url mirror", "git+ssh://host/a"])
def test_an_address_in_a_lock_file_is_found(monkeypatch, tmp_path, line):
    for name in checks.LOCKS:
        (tmp_path / name).write_text("package==1.0\n")
    (tmp_path / checks.LOCKS[0]).write_text(f"package==1.0\n{line}\n")
    monkeypatch.setattr(checks, "ROOT", tmp_path)

    assert list(checks.urls_in_locks()) == [f"{checks.LOCKS[0]}:2: {line}"]


def test_every_package_is_pinned_with_a_hash():
    text = (checks.ROOT / "requirements.lock").read_text()
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry and not entry.startswith("#")]
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
