"""The installation's own certificate authority: a root, a timestamp unit and one seal for each company.

Everything is made at first use under one directory that only the service may read. The root certificate is
public: whoever imports it can check our seals with any PDF reader. It is a private authority, not a
qualified one.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_YEARS, LEAF_YEARS = 30, 15
PRODUCT = "Countersign"


@dataclass(frozen=True)
class KeyPair:
    """A private key and the certificate that names its holder."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def subject(self) -> str:
        return self.certificate.subject.rfc4514_string()


@dataclass(frozen=True)
class Authority:
    """The keys of one installation, kept under `directory`."""

    directory: Path

    def root(self) -> KeyPair:
        """The root; made when there is none yet."""
        return self._pair("root", self._new_root)

    def timestamps(self) -> KeyPair:
        """The unit that states when a seal was set."""
        return self._pair("timestamps", lambda: self._new_leaf(f"{PRODUCT} timestamps", "", timestamps=True))

    def seal(self, code: str, organisation: str, identifier: str) -> KeyPair:
        """The seal of a company.

        code: the unit's code (names the file); organisation: registered name; identifier: its credit code.
        """
        if not code.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"not a unit code: {code!r}")
        return self._pair(f"seal-{code}", lambda: self._new_leaf(organisation, identifier, timestamps=False))

    def _pair(self, name: str, make: Callable[[], KeyPair]) -> KeyPair:
        path = self.directory / f"{name}.pem"
        if not path.exists():
            self._make(path, make)
        data = path.read_bytes()
        key = serialization.load_pem_private_key(data, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{path.name} holds no elliptic-curve key")
        return KeyPair(key, x509.load_pem_x509_certificate(data))

    def _make(self, path: Path, make: Callable[[], KeyPair]) -> None:
        """Two workers may start at once: the first to get the lock makes the key, the other reads it."""
        if path.stem != "root":
            self.root()
        with self._lock():
            if path.exists():
                return
            pair = make()
            key = pair.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            temporary = path.with_suffix(".new")
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(key + pair.certificate.public_bytes(serialization.Encoding.PEM))
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.directory / ".lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _new_root(self) -> KeyPair:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"{PRODUCT} root {os.urandom(4).hex()}", "")
        builder = _builder(name, name, key.public_key(), ROOT_YEARS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(sign=False, authority=True), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        return KeyPair(key, builder.sign(key, hashes.SHA256()))

    def _new_leaf(self, name: str, identifier: str, *, timestamps: bool) -> KeyPair:
        root = self.root()
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name, identifier), root.certificate.subject, key.public_key(), LEAF_YEARS)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(sign=True, authority=False), critical=True)
        own, issuer = key.public_key(), root.key.public_key()
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        if timestamps:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        return KeyPair(key, builder.sign(root.key, hashes.SHA256()))


def _name(common: str, identifier: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]
    if identifier:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, common[:64]))
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, identifier[:64]))
    return x509.Name(attributes)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, years: int
) -> x509.CertificateBuilder:
    # A little in the past, so that a reader whose clock is behind accepts it.
    start = datetime.now(UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * years))
    )


def _usage(*, sign: bool, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
