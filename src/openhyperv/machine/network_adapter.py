"""A network adapter of a machine, and what its port on a switch shall be from the first moment."""

from __future__ import annotations

from attrs import field, frozen

from openhyperv.machine.port import PortBandwidth


@frozen
class NetworkAdapter:
    """A synthetic network adapter.

    ``mac_address`` is 12 upper-case hex digits, or None for one of the host's own; without ``switch`` the
    adapter is not connected. ``device_naming`` lets the guest read the adapter's name.

    The rest is about its port on the switch. ``dhcp_guard`` drops the guest's answers as a DHCP server,
    ``router_guard`` its router advertisements; bandwidths are in bits per second, None for no bound.
    """

    name: str
    mac_address: str | None = None
    switch: str | None = None
    vlan_id: int | None = None
    boot_index: int | None = field(default=None, kw_only=True)
    device_naming: bool = field(default=False, kw_only=True)
    mac_spoofing: bool = field(default=False, kw_only=True)
    dhcp_guard: bool = field(default=False, kw_only=True)
    router_guard: bool = field(default=False, kw_only=True)
    maximum_bandwidth_bps: int | None = field(default=None, kw_only=True)
    minimum_bandwidth_bps: int | None = field(default=None, kw_only=True)

    @property
    def bandwidth(self) -> PortBandwidth | None:
        """The bounds of its port; None where it has none."""
        bounds = PortBandwidth(minimum_bps=self.minimum_bandwidth_bps, maximum_bps=self.maximum_bandwidth_bps)
        return None if bounds == PortBandwidth() else bounds
