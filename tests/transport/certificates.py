"""Certificates for tests, made by a private authority."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from spnego.channel_bindings import GssChannelBindings


@frozen
class Certificates:
    """The authority's file, and servers' TLS contexts with certificates that it signed."""

    ca_file: Path
    valid: ssl.SSLContext
    other_name: ssl.SSLContext
    expired: ssl.SSLContext
    foreign_bindings: GssChannelBindings
    bindings: GssChannelBindings
    """What a handshake with the valid one is bound to, worked out here and not by the client (RFC 5929)."""


def make_certificates(folder: Path) -> Certificates:
    """Make them all, for a host at localhost."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Test CA", ca_key, None, ["ca.test"], hashes.SHA256(), days=1)
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))

    here = ["127.0.0.1", "localhost"]

    def host(name: str, addresses: list[str], days: int) -> tuple[ssl.SSLContext, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        issued = _certificate(name, key, (ca, ca_key), addresses, hashes.SHA384(), days=days)
        return _server_context(folder / f"{name}.pem", issued, key), issued

    valid, leaf = host("valid", here, 1)
    digest = hashlib.sha384(leaf.public_bytes(serialization.Encoding.DER)).digest()
    bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + digest)
    foreign = GssChannelBindings(application_data=b"tls-server-end-point:" + bytes(48))
    other_name, expired = host("other", ["elsewhere.test"], 1)[0], host("old", here, -1)[0]
    return Certificates(ca_file, valid, other_name, expired, foreign, bindings)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    names: list[str],
    algorithm: hashes.HashAlgorithm,
    *,
    days: int,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    signer = key if issuer is None else issuer[1]
    builder = (
        x509.CertificateBuilder(subject_name=subject, public_key=key.public_key())
        .issuer_name(subject if issuer is None else issuer[0].subject)
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=10))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    return builder.sign(signer, algorithm)


def _general_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _server_context(path: Path, issued: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    path.write_bytes(
        issued.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
