"""A small Barbican: one container of secrets, for whoever shows a token."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

CONTAINER = "9d3f0c6e-3f3f-4e0e-9f4d-1f1f7c3f1a11"
_SECRET = "00000000-0000-4000-8000-{:012d}"
_VERSION = {"id": "v1.1", "status": "CURRENT", "min_version": "1.0", "max_version": "1.1"}

_NOT_FOUND = {"code": 404, "title": "Not Found", "description": "Container not found."}


@contextmanager
def barbican(parts: Sequence[bytes]) -> Iterator[str]:
    """Its address, while the block runs; ``parts`` are the secrets 1, 2 and so on."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(parts))
    address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()


def _handler(parts: Sequence[bytes]) -> type[BaseHTTPRequestHandler]:
    references = [
        {"name": str(number), "secret_ref": f"http://barbican/v1/secrets/{_SECRET.format(number)}"}
        for number in range(len(parts), 0, -1)
    ]
    answers: dict[str, Any] = {
        "/": {"versions": {"values": [_VERSION | {"links": [{"rel": "self", "href": "/v1/"}]}]}},
        f"/v1/containers/{CONTAINER}": {"type": "generic", "name": "pdk", "secret_refs": references},
    }
    for number, part in enumerate(parts, start=1):
        reference = f"/v1/secrets/{_SECRET.format(number)}"
        answers[reference] = {"content_types": {"default": "application/octet-stream"}}
        answers[f"{reference}/payload"] = part

    class Barbican(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path) if self.headers.get("X-Auth-Token") or self.path == "/" else None
            body = answer if isinstance(answer, bytes) else json.dumps(answer or _NOT_FOUND).encode()
            self.send_response(200 if answer is not None else 404)
            kind = "application/octet-stream" if isinstance(answer, bytes) else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Nobody reads it."""

    return Barbican
