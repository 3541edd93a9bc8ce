"""Removing a virtual switch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.device_changes import change_devices
from openhyperv.hyperv.ports.finding import CABLE, DISABLED
from openhyperv.hyperv.switches.cabling import Connected, connected_of, read_cabling, read_machine_names
from openhyperv.hyperv.switches.calls import SwitchCalls
from openhyperv.hyperv.switches.finding import find_switch
from openhyperv.wire.instance import Instance

_NAMED = 5
"""How many adapters an error names."""


def remove_switch(session: Session, name_or_guid: str, *, force: bool) -> None:
    """Remove a switch, as :meth:`.host_switches.HostSwitches.remove` promises."""
    read_cables = session.aside(lambda: read_cabling(session))
    guid = str(find_switch(session, name_or_guid).key("Name")).upper()
    plugs = read_cables().plugs(guid)
    connected = connected_of(plugs, read_machine_names(session)) if plugs else ()
    if connected and not force:
        raise _in_use(session, name_or_guid, connected)
    _unplug(session, connected)
    SwitchCalls(session, name_or_guid).destroy(guid)


def _in_use(session: Session, switch: str, connected: Sequence[Connected]) -> ConflictError:
    named = ", ".join(f"{each.adapter} of {each.machine}" for each in connected[:_NAMED])
    more = f" and {len(connected) - _NAMED} more" if len(connected) > _NAMED else ""
    return ConflictError(
        f"Adapters of machines are plugged into the virtual switch: {named}{more}.",
        host=session.host,
        target=switch,
        remedy="Plug them in elsewhere, or remove the switch by force.",
    )


def _unplug(session: Session, connected: Sequence[Connected]) -> None:
    """Pull out the cables, a call for each machine."""
    of_machines: dict[str, list[Instance]] = defaultdict(list)
    for each in connected:
        change = Instance(CABLE, {"InstanceID": each.cable, "EnabledState": DISABLED})
        of_machines[each.machine_guid].append(change)
    for guid, changes in of_machines.items():
        change_devices(session, guid, changes)
