import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jobs import storage


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Any) -> Path:
    settings.COUNTERSIGN_DATA = tmp_path
    return tmp_path / "blobs"


def test_bytes_come_back_under_their_hash(root: Path) -> None:
    sha256 = storage.put("合同".encode())
    assert sha256 == hashlib.sha256("合同".encode()).hexdigest()
    assert storage.get(sha256) == "合同".encode()
    assert (root / sha256[:2] / sha256).is_file()


def test_the_same_bytes_are_stored_once(root: Path) -> None:
    assert storage.put(b"x") == storage.put(b"x")
    assert len([p for p in root.rglob("*") if p.is_file()]) == 1


def test_a_changed_file_is_refused_and_the_next_put_repairs_it(root: Path) -> None:
    sha256 = storage.put(b"original")
    (root / sha256[:2] / sha256).write_bytes(b"0riginal")
    with pytest.raises(storage.BlobCorruptError):
        storage.get(sha256)
    storage.put(b"original")
    assert storage.get(sha256) == b"original"


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 63 + "\n"])
def test_an_unknown_or_impossible_name_is_missing(name: str) -> None:
    with pytest.raises(storage.BlobMissingError):
        storage.get(name)


def test_a_failed_write_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError):
        storage.put(b"never complete")
    assert [p for p in root.rglob("*") if p.is_file()] == []


def test_many_writers_of_one_blob_agree(root: Path) -> None:
    data = b"z" * 300_000
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(storage.put, [data] * 32))
    assert names == {hashlib.sha256(data).hexdigest()}
    assert [p for p in root.rglob(".*") if p.is_file()] == []
    assert storage.get(names.pop()) == data


def test_only_the_owner_may_read_the_files(root: Path) -> None:
    sha256 = storage.put(b"private")
    assert (root / sha256[:2] / sha256).stat().st_mode & 0o077 == 0
