"""What a port has of the network card's hardware now, rather than what it asks for."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import setting
from openhyperv.hyperv.ports.finding import CABLE, CABLE_TAIL
from openhyperv.hyperv.ports.port_state import PortState
from openhyperv.hyperv.values import number
from openhyperv.wire.wql import AssociatorsOf


@frozen
class HardwareUse:
    """True for a virtual function (SR-IOV), and for a virtual machine queue."""

    has_function: bool
    has_queue: bool


def read_hardware_use(session: Session, port: PortState) -> HardwareUse | None:
    """What a port has, in one query; None where it is plugged in nowhere, or its machine is off."""
    if port.switch_guid is None:
        return None
    query = AssociatorsOf(
        setting(CABLE, port.key + CABLE_TAIL),
        association_class="Msvm_SettingsDefineState",
        result_class="Msvm_EthernetSwitchPort",
    )
    found = next(session.query(query), None)
    if found is None:
        return None
    return HardwareUse(number(found, "IOVOffloadUsage") > 0, number(found, "VMQOffloadUsage") > 0)
