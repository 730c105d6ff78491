"""A seal covers every byte: whatever is changed is noticed."""

import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import x509

from contracts.pipeline.keys import Authority
from contracts.pipeline.seal import certificate, seal
from contracts.pipeline.verify import BYTE_RANGE, verify_pdf
from contracts.pipeline.wrapping import as_we_write_it
from tests.contracts.test_letters import letter

AT = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
USCC = "91320400MA1XK7Q25T"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def root(authority: Authority) -> x509.Certificate:
    return certificate(authority.root())


@pytest.fixture(scope="module")
def plain() -> bytes:
    return letter("decision_notice", "zh-hans")[0]


@pytest.fixture(scope="module")
def sealed(authority: Authority, plain: bytes) -> bytes:
    keys = authority.seal("rolls", "华辊轧辊制造有限公司", USCC)
    return seal(plain, organisation=keys, timestamps=authority.timestamps(), at=AT, reason="DN-1; data sha256:00")


def test_a_sealed_document_verifies(sealed: bytes, root: x509.Certificate) -> None:
    found = verify_pdf(sealed, root)
    assert found.ok, found.findings
    assert found.signed_at == AT
    assert USCC in found.signer
    assert found.reason == "DN-1; data sha256:00"


def test_it_is_still_pdf_a(sealed: bytes, plain: bytes) -> None:
    assert b"pdfaid" in plain
    assert sealed.startswith(plain)


def test_any_flipped_bit_is_noticed(sealed: bytes, root: x509.Certificate) -> None:
    chance = random.Random(20261122)
    for _attempt in range(60):
        changed = bytearray(sealed)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        assert not verify_pdf(bytes(changed), root).ok


def test_any_flipped_bit_inside_the_signature_is_noticed(sealed: bytes, root: x509.Certificate) -> None:
    match = next(BYTE_RANGE.finditer(sealed))
    start, end = int(match.group(2)), int(match.group(3))
    chance = random.Random(7)
    for _attempt in range(60):
        changed = bytearray(sealed)
        changed[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
        assert not verify_pdf(bytes(changed), root).ok


def test_every_flipped_bit_of_the_unsigned_wrapping_is_noticed(sealed: bytes) -> None:
    """Versions, lists of algorithms, who signed: no signature covers them, so their form is fixed."""
    match = next(BYTE_RANGE.finditer(sealed))
    signature = bytes.fromhex(sealed[int(match.group(2)) + 1 : int(match.group(3)) - 1].decode())
    signature = signature[: 4 + int.from_bytes(signature[2:4], "big")]
    token = signature.index(bytes.fromhex("060B2A864886F70D010910020E"))  # the attribute that holds the timestamp
    assert as_we_write_it(signature)
    for begin, size in ((0, 60), (token, 60)):
        for bit in range(8 * size):
            changed = bytearray(signature)
            changed[begin + bit // 8] ^= 1 << bit % 8
            assert not _is_ours(bytes(changed)), (begin, bit)


def _is_ours(signature: bytes) -> bool:
    try:
        return as_we_write_it(signature)
    except (ValueError, TypeError, KeyError, IndexError):
        return False


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf[:-1],
        lambda pdf: pdf + b"\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        lambda pdf: b"%PDF-1.7\n",
        lambda pdf: b"",
    ],
)
def test_an_addition_or_a_cut_is_noticed(change: object, sealed: bytes, root: x509.Certificate) -> None:
    assert not verify_pdf(change(sealed), root).ok  # type: ignore[operator]


def test_an_unsealed_document_is_not_valid(plain: bytes, root: x509.Certificate) -> None:
    assert verify_pdf(plain, root).findings == ["The file carries 0 signatures instead of one seal."]


def test_a_seal_of_another_installation_is_not_trusted(sealed: bytes, tmp_path: Path) -> None:
    found = verify_pdf(sealed, certificate(Authority(tmp_path).root()))
    assert found.intact
    assert not found.trusted


def test_a_second_seal_is_noticed(sealed: bytes, authority: Authority, root: x509.Certificate) -> None:
    with pytest.raises(Exception, match=r"filled already"):
        seal(
            sealed,
            organisation=authority.seal("rolls", "x", ""),
            timestamps=authority.timestamps(),
            at=AT,
            reason="again",
        )


def test_keys_are_made_once_and_only_the_service_reads_them(authority: Authority) -> None:
    first = authority.seal("rolls", "华辊轧辊制造有限公司", USCC)
    again = Authority(authority.directory).seal("rolls", "another name", "")
    assert first.subject == again.subject
    for path in authority.directory.glob("*.pem"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_an_independent_tool_calls_it_valid(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
