"""Which host a name leads to, and as whom: credentials come with the target, never with the caller.

``.`` leads to the default target. Every other name is one that was given when installing, a target's own
address, or a server's name as the server itself tells it: that is what object paths carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from openhyperv.transport.target import Target
from openhyperv.wmi.failures import RPC_SERVER_UNAVAILABLE, failure
from openhyperv.wmi.moniker import LOCAL

_LOCAL_NAMES = (LOCAL, "localhost")
"""Old code runs on the host it manages, and calls it by either."""


class Targets:
    """The hosts of this process by name, in any case of letters. Thread-safe."""

    def __init__(self, given: Mapping[str, Target]) -> None:
        self._given = {name.lower(): target for name, target in given.items()}
        self._learned: dict[Target, str] = {}
        self._lock = Lock()

    @property
    def all(self) -> tuple[Target, ...]:
        """Every target once."""
        return tuple(dict.fromkeys(self._given.values()))

    @property
    def default(self) -> Target | None:
        """Where ``.`` leads."""
        return self._given.get(LOCAL)

    def learn(self, target: Target, server_name: str) -> None:
        """Keep what a host calls itself."""
        with self._lock:
            self._learned[target] = server_name.lower()

    def unknown(self) -> tuple[Target, ...]:
        """The targets whose own names are not known so far."""
        with self._lock:
            return tuple(target for target in self.all if target not in self._learned)

    def find(self, name: str) -> Target | None:
        """The target that a name leads to; None where no target is known to have it.

        Of several accounts on one host, the default one is meant.

        :raises x_wmi: several hosts have that name
        """
        name = name.lower()
        if name in self._given:
            return self._given[name]
        if name in _LOCAL_NAMES:
            return self.default
        return self._named(name)

    def _named(self, name: str) -> Target | None:
        with self._lock:
            learned = [target for target, server in self._learned.items() if server == name]
        found = learned or [target for target in self.all if target.host.lower() == name]
        if len({target.address for target in found}) > 1:
            raise failure(RPC_SERVER_UNAVAILABLE, f"Several hosts are called {name}; give them names.")
        return self.default if self.default in found else next(iter(found), None)
