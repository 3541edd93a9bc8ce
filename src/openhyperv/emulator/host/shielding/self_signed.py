"""Self-signed certificates with their keys, and what is done with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

_KEY_BITS = 2048
_YEARS = 10
_SIGNING = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
_WRAPPING = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


@frozen
class Pair:
    """A certificate, DER, and its private key."""

    certificate: bytes
    _key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, certificate: bytes, key_pem: str) -> Self:
        """The pair of a kept key.

        :raises TypeError: the key is no RSA key
        """
        key = serialization.load_pem_private_key(key_pem.encode("ascii"), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("a guardian's keys are RSA keys")
        return cls(certificate, key)

    def key_pem(self) -> str:
        """The key as it is kept."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii")

    def sign(self, data: bytes) -> bytes:
        """A signature over data."""
        return self._key.sign(data, _SIGNING, hashes.SHA256())

    def unwrap(self, wrapped: bytes) -> bytes:
        """A key that was wrapped for this certificate."""
        return self._key.decrypt(wrapped, _WRAPPING)


def self_signed(subject: str) -> Pair:
    """A new pair for a common name; names have 64 characters at most."""
    key = rsa.generate_private_key(65537, _KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject[:64])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .sign(key, hashes.SHA256())
    )
    return Pair(certificate.public_bytes(serialization.Encoding.DER), key)


def wrap(key: bytes, certificate: bytes) -> bytes:
    """A key that only the certificate's owner can unwrap."""
    return _public_key(certificate).encrypt(key, _WRAPPING)


def is_signed(data: bytes, signature: bytes, certificate: bytes) -> bool:
    """True where the certificate's key made the signature over the data."""
    try:
        _public_key(certificate).verify(signature, data, _SIGNING, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def is_self_signed(certificate: bytes) -> bool:
    """True where the certificate vouches for itself."""
    loaded = x509.load_der_x509_certificate(certificate)
    return loaded.subject == loaded.issuer


def is_expired(certificate: bytes) -> bool:
    """True once the certificate's time is over."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc < datetime.now(UTC)


def _public_key(certificate: bytes) -> rsa.RSAPublicKey:
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("a guardian's certificates have RSA keys")  # noqa: TRY004  # data, not a type
    return key
