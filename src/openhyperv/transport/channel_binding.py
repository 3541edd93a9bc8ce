"""Channel bindings: tying the authentication to the TLS connection, against relaying."""

from __future__ import annotations

import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

_WEAK = (hashes.MD5, hashes.SHA1)


def end_point_binding(certificate: x509.Certificate) -> bytes | None:
    """The ``tls-server-end-point`` binding of a host's certificate (RFC 5929, section 4.1).

    It hashes the certificate with the hash of its own signature, or SHA-256 where that is MD5 or SHA-1. None
    for a signature without a hash (Ed25519), for which the RFC defines none.
    """
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None:
        return None
    return b"tls-server-end-point:" + certificate.fingerprint(
        hashes.SHA256() if isinstance(algorithm, _WEAK) else algorithm
    )


def channel_bindings(connected: socket.socket) -> GssChannelBindings | None:
    """The bindings of a connection for GSSAPI and NTLM; None where it is not TLS."""
    if not isinstance(connected, ssl.SSLSocket):
        return None
    certificate = connected.getpeercert(binary_form=True)
    binding = end_point_binding(x509.load_der_x509_certificate(certificate or b""))
    return None if binding is None else GssChannelBindings(application_data=binding)
