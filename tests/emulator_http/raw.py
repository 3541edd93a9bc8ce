"""A client as small as it can be: raw bytes out, one parsed response in."""

import socket
from contextlib import closing
from http.client import HTTPResponse

from openhyperv.emulator.http.listener import Listener

SOAP = "application/soap+xml;charset=UTF-8"


def connect(listener: Listener) -> socket.socket:
    return socket.create_connection((listener.address, listener.port), timeout=10)


def receive(connection: socket.socket) -> tuple[HTTPResponse, bytes]:
    response = HTTPResponse(connection)
    response.begin()
    return response, response.read()


def request_bytes(method="POST", path="/wsman", body=b"", **headers: str) -> bytes:
    lines = {"Host": "hv1", "Content-Length": str(len(body))}
    lines.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def ask(listener: Listener, data: bytes) -> tuple[HTTPResponse, bytes]:
    """One request on a connection of its own."""
    with closing(connect(listener)) as connection:
        connection.sendall(data)
        return receive(connection)
