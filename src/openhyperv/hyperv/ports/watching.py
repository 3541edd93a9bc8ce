"""Network adapters as they come and go on a host: heard by event, and listed so that none is missed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self

from openhyperv.cim.session import Session
from openhyperv.cim.subscription import Subscription
from openhyperv.hyperv.ports.finding import ADAPTER
from openhyperv.hyperv.ports.inventory import AdapterChange, AdapterInventory
from openhyperv.wire.wql import select, target_is

_INTERVAL_S = 0.5
"""How often WMI looks at its provider for us; what comes and goes within it is not seen."""


class AdapterWatch:
    """The adapters of a host's machines from now on. Use as a context manager, in one thread.

    Subscribes before it lists: what comes in between is seen twice rather than never. ``inventory`` is what
    an earlier watch knew; only what is different comes first then. Legacy adapters, which come and go only
    while their machines are off, have no events here: they are seen where adapters are listed anew.
    """

    def __init__(self, session: Session, inventory: AdapterInventory | None = None) -> None:
        self._inventory = inventory or AdapterInventory(session)
        self._closed = Event()
        query = select("__InstanceOperationEvent").where(target_is(ADAPTER)).within(_INTERVAL_S)
        self._subscription: Subscription = session.subscribe(query)

    @property
    def names(self) -> Collection[str]:
        """The names of the adapters that are there, as far as is known."""
        return self._inventory.names

    def changes(
        self, relist_s: float, read: Callable[[], list[AdapterChange]] | None = None
    ) -> Iterator[list[AdapterChange]]:
        """Changes as they come; first of all every adapter that there is.

        Every ``relist_s`` seconds adapters are listed anew, and what was missed comes then. It ends with
        :meth:`close`. ``read`` lists them in place of the inventory itself, and tells it.

        :raises HyperVError: the host cannot be reached, or the subscription broke: make a new watch
        """
        read = read or self._inventory.read
        while not self._closed.is_set():
            yield read()
            until = monotonic() + relist_s
            for event in self._subscription.events(timeout_s=until - monotonic()):
                yield self._inventory.hear(event)
                if monotonic() >= until:
                    break

    def close(self) -> None:
        """End the subscription, from any thread; an iterator that waits ends."""
        self._closed.set()
        self._subscription.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
