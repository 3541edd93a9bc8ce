"""Certificates for both sides of a connection to a database of Open vSwitch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@frozen
class Pem:
    """Files: who signs, a certificate, its key."""

    ca: Path
    certificate: Path
    key: Path

    @property
    def options(self) -> list[str]:
        """As the programs of Open vSwitch take them."""
        return [f"--ca-cert={self.ca}", f"--certificate={self.certificate}", f"--private-key={self.key}"]


class Authority:
    """Signs certificates; two of them do not trust each other's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("authority")
        self._ca = self._write("ca.pem", self._signed(self._name, self._key, is_ca=True))

    def issue(self, name: str) -> Pem:
        """A certificate of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._write(f"{name}.pem", self._signed(_named(name), key, is_ca=False))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Pem(self._ca, certificate, self._write(f"{name}-key.pem", private))

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_ca: bool) -> bytes:
        now = datetime.now(UTC)
        constraints = x509.BasicConstraints(ca=is_ca, path_length=None)
        return (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(constraints, critical=True)
            .sign(self._key, hashes.SHA256())
            .public_bytes(Encoding.PEM)
        )

    def _write(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
