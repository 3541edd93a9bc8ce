"""The exporter's pages: ``/probe?target=NAME`` for a host, ``/metrics`` for the exporter, ``/`` for people.

This is Prometheus' pattern for exporters of many targets: relabelling makes the target the ``instance``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qs, quote
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_Page: TypeAlias = tuple[HTTPStatus, str, bytes]


class Site:
    """A WSGI application over the probes of hosts by name. Thread-safe."""

    def __init__(self, probes: Mapping[str, Collector]) -> None:
        self._registries = {name: _registry(probe) for name, probe in probes.items()}

    def __call__(self, environment: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; only GET is answered."""
        status, content_type, body = self._page(environment)
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _page(self, environment: WSGIEnvironment) -> _Page:
        if environment["REQUEST_METHOD"] != "GET":
            return _error(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET is answered.")
        accept = environment.get("HTTP_ACCEPT", "")
        match environment["PATH_INFO"]:
            case "/":
                return HTTPStatus.OK, _HTML, self._index().encode()
            case "/metrics":
                return _metrics(REGISTRY, accept)
            case "/probe":
                return self._probe(environment.get("QUERY_STRING", ""), accept)
        return _error(HTTPStatus.NOT_FOUND, "There are /, /metrics and /probe?target=NAME.")

    def _probe(self, query: str, accept: str) -> _Page:
        names = parse_qs(query).get("target", [])
        if len(names) != 1:
            return _error(HTTPStatus.BAD_REQUEST, "Name one target: /probe?target=NAME.")
        registry = self._registries.get(names[0])
        if registry is None:
            return _error(HTTPStatus.NOT_FOUND, f"There is no target {names[0]}; / lists them.")
        return _metrics(registry, accept)

    def _index(self) -> str:
        items = "".join(
            f'<li><a href="/probe?target={quote(name)}">{escape(name)}</a></li>' for name in self._registries
        )
        return f"<!doctype html><title>Hyper-V hosts</title><h1>Hyper-V hosts</h1><ul>{items}</ul>\n"


def _registry(probe: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(probe)
    return registry


def _metrics(registry: CollectorRegistry, accept: str) -> _Page:
    encode: Callable[[CollectorRegistry], bytes]
    encode, content_type = choose_encoder(accept)
    return HTTPStatus.OK, content_type, encode(registry)


def _error(status: HTTPStatus, text: str) -> _Page:
    return status, _TEXT, f"{text}\n".encode()
