"""What the hardware behind virtual switches takes off the processors: SR-IOV, queues and IPsec."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.switches.cabling import read_cabling
from openhyperv.hyperv.switches.finding import list_switches
from openhyperv.hyperv.switches.names import card_guid
from openhyperv.hyperv.values import number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import select

_STANDARD_CIMV2 = "root/standardcimv2"


@frozen
class Capacity:
    """How much there is of something, and how much of that is in use."""

    total: int
    used: int


@frozen(kw_only=True)
class SwitchOffload:
    """An external switch with its network card (``pnp_device_id``), and what the card does for machines."""

    switch: str
    adapter: str
    pnp_device_id: str
    virtual_functions: Capacity
    queue_pairs: Capacity
    vmqs: Capacity
    ipsec_associations: Capacity


def read_offload(session: Session) -> list[SwitchOffload]:
    """Every external switch, in four queries however many there are; other switches have no hardware."""
    read_adapters = session.aside(lambda: _adapters(session))
    read_cables = session.aside(lambda: read_cabling(session))
    read_names = session.aside(lambda: {switch.guid: switch.name for switch in list_switches(session)})
    rows = list(session.query(select("Msvm_EthernetSwitchHardwareOffloadData")))
    cabling, adapters, names = read_cables(), read_adapters(), read_names()
    uplinks = [(row, cabling.uplink(_guid(row))) for row in rows]
    found = [
        _offload(row, names, adapters.get(uplink.cards[0])) for row, uplink in uplinks if uplink is not None
    ]
    return sorted(found, key=lambda offload: offload.switch.lower())


def _guid(row: Instance) -> str:
    """The switch's GUID."""
    return text(row, "SystemName").upper()


def _adapters(session: Session) -> dict[str, Instance]:
    query = select("MSFT_NetAdapter", "DeviceID", "InterfaceDescription", "PnPDeviceID")
    return {card_guid(text(row, "DeviceID")): row for row in session.query(query, _STANDARD_CIMV2)}


def _offload(row: Instance, names: Mapping[str, str], adapter: Instance | None) -> SwitchOffload:
    return SwitchOffload(
        switch=names.get(_guid(row), _guid(row)),
        adapter="" if adapter is None else text(adapter, "InterfaceDescription"),
        pnp_device_id="" if adapter is None else text(adapter, "PnPDeviceID"),
        virtual_functions=Capacity(number(row, "IovVfCapacity"), number(row, "IovVfUsage")),
        queue_pairs=Capacity(number(row, "IovQueuePairCapacity"), number(row, "IovQueuePairUsage")),
        vmqs=Capacity(number(row, "VmqCapacity"), number(row, "VmqUsage")),
        ipsec_associations=Capacity(number(row, "IPsecSACapacity"), number(row, "IPsecSAUsage")),
    )
