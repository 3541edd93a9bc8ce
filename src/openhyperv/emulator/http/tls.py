"""TLS on the server's side, and what binds an authentication to its channel."""

from __future__ import annotations

import logging
import socket
import ssl
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

_log = logging.getLogger(__name__)

_HANDSHAKE_S = 10.0


@frozen
class TlsFiles:
    """PEM files of a listener: its certificate, the key, and the CA file that clients are to trust."""

    certificate: Path
    key: Path
    ca: Path


@frozen
class ServerTls:
    """A loaded certificate, ready for connections."""

    context: ssl.SSLContext
    bindings: GssChannelBindings

    @classmethod
    def load(cls, files: TlsFiles) -> ServerTls:
        """TLS 1.2 or newer with the certificate in ``files``.

        :raises OSError: a file cannot be read or does not hold what it should
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(files.certificate, files.key)
        return cls(context, _end_point_bindings(files.certificate))

    def wrap(self, accepted: socket.socket) -> ssl.SSLSocket:
        """Put TLS on an accepted socket, without a byte sent yet."""
        return self.context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)

    def shake_hands(self, wrapped: socket.socket) -> bool:
        """Do the handshake; False when the peer speaks no TLS, distrusts the certificate or is too slow."""
        if not isinstance(wrapped, ssl.SSLSocket):
            return False
        try:
            wrapped.settimeout(_HANDSHAKE_S)
            wrapped.do_handshake()
        except OSError as error:
            _log.debug("No TLS connection: %s", error)
            return False
        return True


def _end_point_bindings(certificate_file: Path) -> GssChannelBindings:
    """The ``tls-server-end-point`` binding of a certificate (RFC 5929, section 4.1)."""
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.MD5 | hashes.SHA1):
        algorithm = hashes.SHA256()
    return GssChannelBindings(application_data=b"tls-server-end-point:" + certificate.fingerprint(algorithm))
