"""Content-addressed files: attachments, rendered letters and sealed documents, each named by its SHA-256.

A blob is written once and never changed, so a reader needs no lock and a retry needs no clean-up.
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

from django.conf import settings

_NAME = re.compile(r"[0-9a-f]{64}")


class StorageError(Exception):
    """The blob store cannot give back what was put into it."""


class BlobMissingError(StorageError):
    """No blob has this name."""


class BlobCorruptError(StorageError):
    """The bytes on disk do not have the hash they are filed under."""


def put(data: bytes) -> str:
    """File the bytes and return their SHA-256 (lower-case hex).

    The name appears only after the bytes are on disk: temporary file, fsync, rename, fsync of the directory.
    A second put of the same bytes changes nothing; a damaged blob of that name is replaced.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(sha256)
    if path.exists() and _digest(path) == sha256:
        return sha256
    _make_directory(path.parent)
    temporary = path.parent / f".{sha256[:16]}.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        _write_durably(temporary, data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_directory(path.parent)
    return sha256


def get(sha256: str) -> bytes:
    """Return the bytes filed under this hash, checked against it.

    Raises BlobMissingError when there is no such blob, BlobCorruptError when the file was changed on disk.
    """
    try:
        data = _path(sha256).read_bytes()
    except FileNotFoundError:
        raise BlobMissingError(sha256) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BlobCorruptError(sha256)
    return data


def exists(sha256: str) -> bool:
    """Whether a blob of this name is there (its bytes are not read)."""
    return _path(sha256).is_file()


def _root() -> Path:
    return Path(settings.COUNTERSIGN_DATA) / "blobs"


def _path(sha256: str) -> Path:
    """Where the blob lives; a name that is not a hash never becomes a path."""
    if not _NAME.fullmatch(sha256):
        raise BlobMissingError(sha256)
    return _root() / sha256[:2] / sha256


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_durably(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _make_directory(directory: Path) -> None:
    """Create the directory and make its name durable in every parent that is new."""
    if directory.is_dir():
        return
    _make_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    _sync_directory(directory.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
