"""Servers as a person makes them with the ``openstack`` command."""

from __future__ import annotations

from typing import Any

from lab.check.client import Client
from lab.resources import FLAVOR, NETWORK

_CHOOSES_HOSTS = "2.74"
"""The first version of Nova's API in which who creates a server may name its host."""


def create_server(
    client: Client, name: str, image: str, *words: str, host: str | None = None
) -> dict[str, Any]:
    """The server as it is when Nova is done with it, be it ACTIVE or in ERROR."""
    given = ["--image", image, "--flavor", FLAVOR, "--network", NETWORK, *words]
    if host is not None:
        given += ["--host", host, "--os-compute-api-version", _CHOOSES_HOSTS]
    client.tell("server", "create", *given, "--wait", name)
    server: dict[str, Any] = client.ask("server", "show", name)
    return server


def fault_of(server: dict[str, Any]) -> str:
    """Why it is in ERROR, as its owner reads it."""
    fault = server.get("fault") or {}
    return str(fault.get("message", ""))
