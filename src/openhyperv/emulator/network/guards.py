"""What a port's security settings keep its device from sending.

Microsoft, "Set-VMNetworkAdapter": DhcpGuard drops the messages of DHCP servers, RouterGuard router
advertisements and redirects.
"""

from __future__ import annotations

from openhyperv.emulator.network.frames import Frame
from openhyperv.emulator.network.packets import IpProtocol, Packet
from openhyperv.emulator.network.settings import Security

_SERVER_PORTS = {4: 67, 6: 547}
"""What DHCP servers send from: RFC 2131, RFC 8415."""
_ROUTER_MESSAGES = frozenset(
    {(IpProtocol.ICMP, 9), (IpProtocol.ICMP, 5), (IpProtocol.ICMPV6, 134), (IpProtocol.ICMPV6, 137)}
)
"""Router advertisements and redirects: RFC 1256, RFC 792, RFC 4861."""


def pretends(security: Security, mac: bytes, frame: Frame) -> bool:
    """True for a frame from an address that is not the device's; nobody may send from a group address."""
    if frame.source[0] & 1:
        return True
    return not security.allow_mac_spoofing and frame.source != mac


def watches(security: Security) -> bool:
    """True where packets have to be looked into."""
    return security.dhcp_guard or security.router_guard


def is_guarded_against(security: Security, packet: Packet) -> bool:
    """True for what only a server or a router may send."""
    if security.dhcp_guard and packet.protocol == IpProtocol.UDP:
        return packet.source_port == _SERVER_PORTS[packet.version]
    return security.router_guard and (packet.protocol, packet.icmp_type) in _ROUTER_MESSAGES
