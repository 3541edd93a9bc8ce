"""Opening a connection: TCP, and TLS with the host's certificate verified."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NameResolutionError

from openhyperv.errors import CertificateError, HyperVError, InvalidInputError, UnreachableError
from openhyperv.transport.bounded import run_within
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.target import Target, Transport

_SOCKET_OPTIONS: list[tuple[int, int, int | bytes]] = [
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
]
"""A peer that vanished is noticed within a minute, even where a deadline is longer."""

_OPERATION = "connect"


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """A context that verifies certificates and names, against the system's authorities or one file's.

    :raises InvalidInputError: the file cannot be read or holds no certificate
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInputError(
            "The CA file cannot be used.",
            target=str(ca_file),
            remedy="It must hold certificates in PEM form.",
        ) from error


def dial(target: Target, tls: ssl.SSLContext | None, deadline: Deadline) -> socket.socket:
    """A connected socket, inside TLS if a context is given; the host has seen no request yet.

    :raises UnreachableError: nothing there answers, or it does not speak what the transport says
    :raises CertificateError: the host's certificate is not trusted
    :raises DeadlineError: the deadline passed first
    """
    seconds = min(target.limits.connect_s, deadline.check(_OPERATION))
    connection = _connection(target, tls, seconds)
    try:
        return run_within(deadline, _OPERATION, lambda: _connect(connection), discard=_close)
    except ssl.SSLCertVerificationError as error:
        raise _certificate_error(target, error) from error
    except (HTTPError, OSError) as error:
        if deadline.remaining_s == 0:
            raise deadline.missed(_OPERATION) from error
        raise _unreachable(target, error) from error


def _connection(target: Target, tls: ssl.SSLContext | None, timeout_s: float) -> HTTPConnection:
    if tls is None:
        return HTTPConnection(target.host, target.port, timeout=timeout_s, socket_options=_SOCKET_OPTIONS)
    return HTTPSConnection(
        target.host, target.port, timeout=timeout_s, socket_options=_SOCKET_OPTIONS, ssl_context=tls
    )


def _connect(connection: HTTPConnection) -> socket.socket:
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    opened: socket.socket = connection.sock
    return opened


def _close(opened: socket.socket) -> None:
    opened.close()


def _unreachable(target: Target, error: Exception) -> HyperVError:
    message, remedy = _what_failed(target, error)
    return UnreachableError(
        message, host=target.host, target=target.address, operation=_OPERATION, remedy=remedy
    )


def _what_failed(target: Target, error: Exception) -> tuple[str, str]:
    if isinstance(error, NameResolutionError):
        return "The host's name is not known.", "Check the spelling and this machine's DNS."
    if isinstance(error.__cause__ or error, ConnectionRefusedError):
        return "Nothing listens on that port.", "Run 'winrm quickconfig' on the host, or correct the port."
    if isinstance(error.__cause__, TimeoutError):
        return "The host does not answer.", "Check that it is up and that no firewall drops the port."
    if target.transport is Transport.HTTPS and not isinstance(error, HTTPError):
        return "The host does not speak TLS on that port.", WRONG_TRANSPORT
    return f"No connection could be made ({error.__cause__ or error}).", "Check the network and the port."


WRONG_TRANSPORT = "The transport is probably wrong: WinRM listens for http on 5985 and for https on 5986."

_X509_EXPIRED = 10
_X509_NOT_YET_VALID = 9
_X509_NAME_MISMATCHES = (62, 64)
"""X509_V_ERR_* numbers of OpenSSL's x509_vfy.h: codes, since texts differ between versions."""


def _certificate_error(target: Target, error: ssl.SSLCertVerificationError) -> CertificateError:
    if error.verify_code in _X509_NAME_MISMATCHES:
        message = "The host's certificate is for another name."
        remedy = "Connect by a name that the certificate holds, or renew it with this one."
    elif error.verify_code in (_X509_EXPIRED, _X509_NOT_YET_VALID):
        message = "The host's certificate is not valid today."
        remedy = "Renew it, and check the clocks of both machines."
    else:
        message = "The host's certificate is signed by nobody that this machine trusts."
        remedy = "Name the file of its issuer's certificate as the CA file (OPENHYPERV_CA_FILE)."
    return CertificateError(
        message, host=target.host, target=target.address, operation=_OPERATION, remedy=remedy
    )
