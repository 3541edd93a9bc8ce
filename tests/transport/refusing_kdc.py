"""A KDC that answers every request with one error (KRB-ERROR, RFC 4120, section 5.9.1)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from tests.transport.realm import REALM, Realm

KRB_AP_ERR_SKEW = 37


@contextmanager
def refusing_kdc(realm: Realm, code: int) -> Iterator[None]:
    """Stands in for the realm's KDC while the block lasts."""
    realm.stop()
    answer = _krb_error(code)
    with socket.socket(type=socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", realm.port))
        server = Thread(target=_serve, args=(listener, answer), daemon=True)
        server.start()
        try:
            yield
        finally:
            listener.sendto(b"", listener.getsockname())
            server.join(timeout=10)
    realm.start()


def _serve(listener: socket.socket, answer: bytes) -> None:
    while True:
        request, client = listener.recvfrom(65536)
        if not request:
            return
        listener.sendto(answer, client)


def _krb_error(code: int) -> bytes:
    realm = _tlv(0x1B, REALM.encode())
    service = _tlv(0x30, _field(0, _integer(2)) + _field(1, _tlv(0x30, _tlv(0x1B, b"krbtgt") + realm)))
    parts = (
        _field(0, _integer(5)),
        _field(1, _integer(30)),
        _field(4, _tlv(0x18, b"20200101000000Z")),
        _field(5, _integer(0)),
        _field(6, _integer(code)),
        _field(9, realm),
        _field(10, service),
    )
    return _tlv(0x7E, _tlv(0x30, b"".join(parts)))


def _field(number: int, content: bytes) -> bytes:
    return _tlv(0xA0 + number, content)


def _integer(value: int) -> bytes:
    return _tlv(0x02, bytes([value]))


def _tlv(tag: int, content: bytes) -> bytes:
    assert len(content) < 128, "the short form of DER lengths is enough here"
    return bytes([tag, len(content)]) + content
