"""The host's own port at a virtual switch: what it is, and changing that."""

from __future__ import annotations

from functools import partial

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.names import setting
from openhyperv.hyperv.ports.binding import read_features
from openhyperv.hyperv.ports.editing import PortEdit, edited
from openhyperv.hyperv.ports.feature_calls import FeatureCalls
from openhyperv.hyperv.ports.finding import CABLE
from openhyperv.hyperv.ports.port_state import PortState, port_state
from openhyperv.hyperv.switches.cabling import SwitchPort, read_cabling
from openhyperv.hyperv.switches.finding import find_switch, switch_path
from openhyperv.hyperv.switches.names import SWITCH_SERVICE


def read_host_port(session: Session, switch: str, adapter: str | None) -> PortState:
    """The host's port, as :meth:`.host_switches.HostSwitches.host_port` promises."""
    guid, port = _find(session, switch, adapter)
    return port_state(port.key, guid, read_features(session, setting(CABLE, port.key)))


def change_host_port(session: Session, switch: str, edit: PortEdit, adapter: str | None) -> None:
    """Change the host's port, as :meth:`.host_switches.HostSwitches.change_host_port` promises."""
    guid, port = _find(session, switch, adapter)
    cable = setting(CABLE, port.key)
    changes = edited(session, read_features(session, cable), edit, switch_path(guid))
    FeatureCalls(session, SWITCH_SERVICE, cable, switch).change_in_use(changes)


def _find(session: Session, switch: str, adapter: str | None) -> tuple[str, SwitchPort]:
    """The switch's GUID and the host's port there, which is the only one or has that name."""
    read_cables = session.aside(partial(read_cabling, session))
    guid = str(find_switch(session, switch).key("Name")).upper()
    ports = read_cables().management_ports(guid)
    found = [port for port in ports if adapter is None or port.name.lower() == adapter.lower()]
    if not found:
        raise NotFoundError("The host has no such port at the switch.", host=session.host, target=switch)
    if len(found) > 1:
        raise ConflictError(
            f"The host has several ports at the switch: {', '.join(port.name for port in found)}.",
            host=session.host,
            target=switch,
            remedy="Name the port.",
        )
    return guid, found[0]
