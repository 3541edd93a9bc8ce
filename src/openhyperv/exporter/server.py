"""Serving the exporter's pages: a thread per request, so that one slow host delays no other."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from openhyperv.exporter.probe import Probe
from openhyperv.exporter.site import Site
from openhyperv.hyperv.host import Host

_log = logging.getLogger(__name__)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 30.0
    """Seconds for a client to send its request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
        """Requests are for the log of whoever wants to debug."""
        _log.debug(format, *args)


def serve(hosts: Mapping[str, Host], address: str, port: int) -> WSGIServer:
    """A server for hosts by name that listens already; call its ``serve_forever``. Port 0: any free one.

    :raises OSError: the address or port cannot be had
    """
    site = Site({name: Probe(name, host) for name, host in hosts.items()})
    return make_server(address, port, site, server_class=_Server, handler_class=_Handler)
