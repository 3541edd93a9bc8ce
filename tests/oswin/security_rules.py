"""Security group rules in the shape that os-win takes them: objects that equal the rules of a port."""

from __future__ import annotations

from typing import Any

from attrs import asdict, define

INCOMING, OUTGOING = 1, 2
ALLOW, DENY = 1, 2
EXTENDED = "Msvm_EthernetSwitchPortExtendedAclSettingData"
PLAIN = "Msvm_EthernetSwitchPortAclSettingData"


class _Rule:
    """Compares with WMI objects by the properties that the rule has; os-win adds a weight of its own."""

    Weight: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __eq__(self, other: object) -> bool:
        return all(getattr(other, name, None) == value for name, value in self.to_dict().items())

    __hash__ = None


@define(eq=False)
class ExtendedRule(_Rule):
    """For Msvm_EthernetSwitchPortExtendedAclSettingData."""

    Direction: int = INCOMING
    Action: int = ALLOW
    Protocol: str = "tcp"
    LocalPort: str = "ANY"
    RemoteIPAddress: str = "0.0.0.0/0"
    Stateful: bool = True
    IdleSessionTimeout: int = 0


@define(eq=False)
class PlainRule(_Rule):
    """For Msvm_EthernetSwitchPortAclSettingData, which os-win uses before Windows Server 2012 R2."""

    Direction: int = INCOMING
    Action: int = ALLOW
    AclType: int = 2
    Applicability: int = 2
    RemoteAddress: str = "10.0.0.0"
    RemoteAddressPrefixLength: int = 8
