"""Hosts in use: one session each, shared by all connections, and what was learned at first contact."""

from __future__ import annotations

from functools import cache
from threading import Lock
from weakref import finalize

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError, ProtocolError
from openhyperv.transport.pool import Pool
from openhyperv.transport.target import Target
from openhyperv.wire.fault import WbemCode, WsmanCode
from openhyperv.wire.wql import select
from openhyperv.wmi.moniker import DEFAULT_NAMESPACE

_CONTACT_TIMEOUT_S = 60.0
_CONNECTIONS = 32
"""PyMI opens one for whoever asks; these are opened as they are needed, and there an end has to be."""
_FACTS = select("Win32_OperatingSystem", "CSName", "Version")
_PRESENT = select("__NAMESPACE", "Name")
_NAMESPACE_IS_MISSING = (WsmanCode.RESOURCE_NOT_FOUND, WsmanCode.CANNOT_PROCESS_FILTER)
"""What WinRM may answer, in place of WMI's own code, to a query that every namespace understands."""


@frozen
class HostFacts:
    """What a host says of itself: its own name, and the release that its schema is of."""

    server_name: str
    release: Release | None


def release_of(version: str) -> Release | None:
    """The release of ``10.0.20348``: the newest known that is not newer; None for what is no version."""
    build = version.split(".")[2:3]
    if not build or not build[0].isdigit():
        return None
    return max((release for release in Release if release <= int(build[0])), default=Release.WS2012)


@cache
def schema_of(release: Release | None) -> Schema:
    """One schema for all hosts of a release."""
    return Schema.load(release)


class Host:
    """A host and its session. Thread-safe; nothing is sent before it is needed."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.session = Session(Pool(target, size=_CONNECTIONS))
        finalize(self, self.session.close)
        self._lock = Lock()
        self._facts: HostFacts | None = None
        self._namespaces = {DEFAULT_NAMESPACE}

    def facts(self, timeout_s: float = _CONTACT_TIMEOUT_S) -> HostFacts:
        """What the host says of itself; asked for once, in one request, which also is the test of life.

        From then on the session reads with the schema of the host's release.
        """
        with self._lock:
            if self._facts is None:
                self._facts = self._ask(timeout_s)
                self.session.schema = schema_of(self._facts.release)
            return self._facts

    def _ask(self, timeout_s: float) -> HostFacts:
        rows = list(self.session.query(_FACTS, DEFAULT_NAMESPACE, timeout_s=timeout_s))
        if not rows or not rows[0].get("CSName"):
            raise ProtocolError("The host does not tell its name.", host=self.target.host)
        return HostFacts(str(rows[0]["CSName"]), release_of(str(rows[0].get("Version"))))

    def check_namespace(self, namespace: str, timeout_s: float) -> None:
        """Ask the host once whether it has a namespace.

        :raises NotFoundError: it has not, which the code says as WMI does
        """
        name = namespace.lower()
        if name in self._namespaces:
            return
        try:
            list(self.session.query(_PRESENT, namespace, timeout_s=timeout_s))
        except HyperVError as error:
            if error.code in _NAMESPACE_IS_MISSING:
                error.code = WbemCode.INVALID_NAMESPACE
            raise
        self._namespaces.add(name)


class Hosts:
    """The hosts in use by target. Thread-safe."""

    def __init__(self) -> None:
        self._hosts: dict[Target, Host] = {}
        self._lock = Lock()

    def at(self, target: Target) -> Host:
        """The one host of a target."""
        with self._lock:
            if target not in self._hosts:
                self._hosts[target] = Host(target)
            return self._hosts[target]
