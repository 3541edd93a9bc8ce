"""``host.switches``: the virtual switches of one host."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.session import Session
from openhyperv.hyperv.switches.finding import VirtualSwitch, list_switches
from openhyperv.hyperv.switches.offload import SwitchOffload, read_offload


class HostSwitches:
    """The switches of one host."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> list[VirtualSwitch]:
        """Every switch by name and GUID, in one query."""
        return list(list_switches(self._session))

    def offload(self) -> Sequence[SwitchOffload]:
        """What the network cards behind external switches do for machines, in four queries."""
        return read_offload(self._session)
