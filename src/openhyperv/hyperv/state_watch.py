"""The states of a host's machines as they change, for one who keeps account of them."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.cim.subscription import Subscription
from openhyperv.hyperv.names import COMPUTER_SYSTEM, is_guid
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.values import number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import changed, select, target_is

_INTERVAL_S = 0.5
"""How often WMI looks at its provider for us; what comes and goes within it is not seen."""


@frozen
class StateChange:
    """A machine does something else than before."""

    guid: str
    state: MachineState
    before: MachineState


class StateWatch:
    """Changes of machines' states from now on; the host sends nothing else. Use as a context manager.

    One thread reads, any thread may close. States are to be read after the watch is made: what changes in
    between is then told twice rather than never.

    :raises HyperVError: the host does not deliver events
    """

    def __init__(self, session: Session) -> None:
        condition = target_is(COMPUTER_SYSTEM) & changed("EnabledState")
        query = select("__InstanceModificationEvent").where(condition).within(_INTERVAL_S)
        self._subscription: Subscription = session.subscribe(query)

    def changes(self, quiet_s: float) -> Iterator[StateChange]:
        """Changes as they come, until :meth:`close`, or until none came for ``quiet_s``.

        :raises HyperVError: the subscription broke, and changes may have been missed: make a new watch
        """
        for event in self._subscription.events(timeout_s=quiet_s):
            yield from _read(event)

    def close(self) -> None:
        """End the watch at the host; an iterator that waits ends."""
        self._subscription.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read(event: Instance) -> Iterator[StateChange]:
    now, before = event.get("TargetInstance"), event.get("PreviousInstance")
    if isinstance(now, Instance) and isinstance(before, Instance) and is_guid(text(now, "Name")):
        states = (MachineState(number(each, "EnabledState")) for each in (now, before))
        yield StateChange(text(now, "Name").upper(), *states)
