"""How a port of a network virtualization keeps its networks apart."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen


class IsolationMode(IntEnum):
    """Whose networks they are; values of Msvm_EthernetSwitchPortIsolationSettingData.IsolationMode."""

    NONE = 0
    NATIVE_SUBNET = 1
    """Hyper-V's own network virtualization."""
    EXTERNAL_SUBNET = 2
    """That of an extension of the switch."""
    VLAN = 3


@frozen(kw_only=True)
class PortIsolation:
    """Which isolated networks a port is in (Set-VMNetworkAdapterIsolation).

    Untagged traffic is in network ``default_id``, if ``allow_untagged`` lets it pass at all.
    ``multi_tenant`` tells the guest which network is whose.
    """

    mode: IsolationMode
    default_id: int = 0
    allow_untagged: bool = False
    multi_tenant: bool = False
