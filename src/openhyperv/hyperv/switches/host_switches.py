"""``host.switches``: the virtual switches of one host, and their ports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError, error_context
from openhyperv.hyperv.ports.editing import PortEdit, change_port, read_state, unplug_port
from openhyperv.hyperv.ports.hardware_use import HardwareUse, read_hardware_use
from openhyperv.hyperv.ports.listing import ListedPort, list_ports
from openhyperv.hyperv.ports.port_state import PortState
from openhyperv.hyperv.switches.changing import change_switch
from openhyperv.hyperv.switches.creating import create_switch
from openhyperv.hyperv.switches.finding import VirtualSwitch, list_switches, only_switch
from openhyperv.hyperv.switches.host_port import change_host_port, read_host_port
from openhyperv.hyperv.switches.network_cards import NetworkCard, read_cards
from openhyperv.hyperv.switches.offload import SwitchOffload, read_offload
from openhyperv.hyperv.switches.removing import remove_switch
from openhyperv.hyperv.switches.switch_state import SwitchState, read_switches
from openhyperv.machine.switch import SwitchChange, SwitchSpec


class HostSwitches:
    """The switches of one host, each named by its display name, or by its GUID.

    Every call may be made again after one that broke off.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> list[VirtualSwitch]:
        """Every switch by name and GUID, in one query."""
        return list(list_switches(self._session))

    def states(self) -> Sequence[SwitchState]:
        """Every switch with all that it is connected to.

        Five queries at the same time, however many there are, and one more where one is a team.
        """
        return read_switches(self._session)

    def state(self, name_or_guid: str) -> SwitchState:
        """One of them; requests as for :meth:`states`.

        :raises NotFoundError: there is no such switch
        :raises ConflictError: several have that name
        """
        names = [state for state in self.states() if name_or_guid.lower() in _words(state)]
        path = only_switch(self._session, name_or_guid, [state.guid for state in names])
        guid = str(path.key("Name")).upper()
        for state in names:
            if state.guid == guid:
                return state
        raise NotFoundError("There is no such virtual switch.", host=self._session.host, target=name_or_guid)

    def cards(self) -> Sequence[NetworkCard]:
        """The network cards that switches can be bound to, in two queries."""
        return read_cards(self._session)

    def create(self, spec: SwitchSpec) -> str:
        """Make a switch with its ports, in one call after looking; returns its GUID.

        A switch of that name that is as specified is the one that an earlier call made: it stays. While the
        host moves its own addresses to a management port, it may be out of reach for a moment.

        :raises BrokenRuleError: no switch can be so; nothing was sent
        :raises NotFoundError: the host has no such network adapter
        :raises ConflictError: another switch has that name, or that adapter; or the host is reached by it,
            and would have no port at the switch
        :raises UnsupportedError: the host is too old for what is asked
        """
        with self._context("create a virtual switch", spec.name):
            return create_switch(self._session, spec)

    def change(self, name_or_guid: str, change: SwitchChange) -> None:
        """Change a switch: its name, notes, adapters and port to the host; machines stay plugged in.

        Five looks at most, at the same time, and a call for whatever differs. With adapters it becomes
        external, without them internal or private. A switch that is so already, and has the new name while
        none has the old one, is taken for one that an earlier call has renamed.

        :raises BrokenRuleError: the switch cannot become that; nothing was changed
        :raises NotFoundError: there is no such switch, or no such network adapter
        :raises ConflictError: several switches have that name; another one has the new name or an adapter; or
            the host is reached by what it would lose
        """
        with self._context("change a virtual switch", name_or_guid):
            change_switch(self._session, name_or_guid, change)

    def remove(self, name_or_guid: str, *, force: bool = False) -> None:
        """Remove a switch with its ports: two looks, and a job.

        Made again after one that broke off, it may find that there is no such switch any more.

        With ``force``, adapters of machines that are plugged in are pulled out first, in a call for each
        machine; what their ports were stays.

        :raises NotFoundError: there is no such switch
        :raises ConflictError: adapters of machines are plugged in, or several switches have that name
        """
        with self._context("remove a virtual switch", name_or_guid):
            remove_switch(self._session, name_or_guid, force=force)

    def ports(self) -> Sequence[ListedPort]:
        """The port of every adapter of every machine, in six queries at the same time."""
        return list_ports(self._session)

    def port(self, adapter: str) -> PortState:
        """The port of an adapter, named by its display name or by its key, in two queries.

        :raises NotFoundError: there is no such adapter
        :raises ConflictError: several have that name
        """
        return read_state(self._session, adapter)

    def hardware_use(self, port: PortState) -> HardwareUse | None:
        """What a port has of the network card's hardware, in one query; None while its machine is off."""
        return read_hardware_use(self._session, port)

    def change_port(self, adapter: str, edit: PortEdit, *, switch: str | None = None) -> None:
        """Make an adapter's port what ``edit`` makes of what it is; what differs is sent, and nothing else.

        ``switch`` plugs it in there; None leaves it where it is. As for
        :meth:`openhyperv.hyperv.host.Host.bind_port`, a port is plugged in last, and at no moment passes more
        than before or afterwards. Rules that ``edit`` leaves as they are stay, whoever made them.

        :raises BrokenRuleError: no port can be like that; nothing was changed
        :raises NotFoundError: there is no such adapter or switch
        :raises ConflictError: several have that name
        :raises UnsupportedError: the host is too old for what is asked
        """
        with self._context("change a port", adapter):
            change_port(self._session, adapter, edit, switch)

    def unplug_port(self, adapter: str) -> None:
        """Pull an adapter's cable out of its switch; what its port was stays, for when it is plugged in.

        :raises NotFoundError: there is no such adapter
        :raises ConflictError: several have that name
        """
        with self._context("unplug a port", adapter):
            unplug_port(self._session, adapter)

    def host_port(self, switch: str, adapter: str | None = None) -> PortState:
        """The host's own port at a switch, in three queries; ``adapter`` names it where it has several.

        :raises NotFoundError: there is no such switch, or the host has no such port there
        :raises ConflictError: the host has several ports there, or several switches have that name
        """
        with self._context("look at the host's port", switch):
            return read_host_port(self._session, switch, adapter)

    def change_host_port(self, switch: str, edit: PortEdit, adapter: str | None = None) -> None:
        """Make the host's own port at a switch what ``edit`` makes of what it is, in place.

        Whoever puts it into another VLAN may cut the way that the host is managed by.

        :raises BrokenRuleError: no port can be like that; nothing was changed
        :raises NotFoundError, ConflictError: as for :meth:`host_port`
        :raises UnsupportedError: the host is too old for what is asked
        """
        with self._context("change the host's port", switch):
            change_host_port(self._session, switch, edit, adapter)

    def offload(self) -> Sequence[SwitchOffload]:
        """What the network cards behind external switches do for machines, in four queries."""
        return read_offload(self._session)

    def _context(self, operation: str, name: str) -> AbstractContextManager[None]:
        return error_context(host=self._session.host, target=name, operation=operation)


def _words(state: SwitchState) -> tuple[str, str]:
    return state.guid.lower(), state.name.lower()
