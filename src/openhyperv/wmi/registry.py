"""The hosts that this process was told of, and the connection that a moniker leads to."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from threading import Lock

from openhyperv.errors import HyperVError
from openhyperv.transport.target import Target
from openhyperv.wmi.failures import RPC_SERVER_UNAVAILABLE, failure, wmi_failures
from openhyperv.wmi.hosts import Host, Hosts
from openhyperv.wmi.moniker import LOCAL
from openhyperv.wmi.targets import Targets

_LOG = logging.getLogger(__name__)

_REMEDY = "Set OPENHYPERV_HOST and its like, or give targets to openhyperv.wmi.install()."


class Registry:
    """Names that lead to hosts. Thread-safe."""

    def __init__(self, targets: Mapping[str, Target]) -> None:
        self._targets = Targets(targets)
        self._hosts = Hosts()

    def target(self, name: str) -> Target | None:
        """The target that a name leads to, or None; hosts not asked so far are asked for their names."""
        found = self._targets.find(name)
        if found is None and self._learn_names():
            found = self._targets.find(name)
        return found

    def _learn_names(self) -> bool:
        """True where there was something to learn."""
        unknown = self._targets.unknown()
        for target in unknown:
            try:
                self.contacted(target)
            except HyperVError as error:
                _LOG.debug("The name of %s stays unknown: %s", target.host, error)
        return bool(unknown)

    def contacted(self, target: Target) -> Host:
        """The host of a target, whose name is known from now on.

        :raises HyperVError: it does not answer as a host
        """
        host = self._hosts.at(target)
        self._targets.learn(target, host.facts().server_name)
        return host

    def host(self, name: str) -> Host:
        """The host that a name leads to.

        :raises x_wmi: no target is known to have it, or it does not answer as a host
        """
        target = self.target(name)
        if target is None:
            wanted = "a default host" if name == LOCAL else f"the host {name}"
            raise failure(RPC_SERVER_UNAVAILABLE, f"No target is known for {wanted}. {_REMEDY}")
        with wmi_failures():
            return self.contacted(target)

    def host_at(self, target: Target) -> Host:
        """The host of a target that was put together for one caller: no name leads others to it.

        :raises x_wmi: it does not answer as a host
        """
        host = self._hosts.at(target)
        with wmi_failures():
            host.facts()
        return host


class _Installed:
    """The registry that is in force: the one installed last, or that of the environment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._registry: Registry | None = None

    def install(self, targets: Mapping[str, Target]) -> None:
        """Replace the registry. Connections that were made before stay as they are."""
        with self._lock:
            self._registry = Registry(targets)

    def current(self) -> Registry:
        """The registry; where none is installed, one with the host of the environment, or with none.

        :raises InvalidInputError: an ``OPENHYPERV_*`` variable is of the wrong kind
        """
        with self._lock:
            if self._registry is None:
                has_host = bool(os.environ.get("OPENHYPERV_HOST"))
                self._registry = Registry({LOCAL: Target.from_environment()} if has_host else {})
            return self._registry


INSTALLED = _Installed()
