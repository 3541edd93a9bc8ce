"""Network adapters: what they are called, how fast they are, and what they take off the processors."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from ipaddress import IPv4Interface, IPv6Interface
from uuid import UUID

from attrs import field, frozen
from attrs.validators import ge, le, matches_re

_MAC_ADDRESS = re.compile("[0-9A-F]{12}")


@frozen
class Offload:
    """What an adapter can do for virtual machines: SR-IOV functions and their queue pairs, VMQs, IPsec."""

    virtual_functions: int = field(default=0, validator=ge(0))
    queue_pairs: int = field(default=0, validator=ge(0))
    vmqs: int = field(default=0, validator=ge(0))
    ipsec_associations: int = field(default=0, validator=ge(0))


@frozen
class NetworkAdapter:
    """A physical network card of the host. ``guid`` is upper case without braces, ``mac`` 12 hex digits.

    ``addresses`` are those that the administrator gave it; they go along to the host's own adapter at a
    virtual switch once the card is bound to one. Where it is plugged in, ``bus`` and the ``slot`` on it,
    follows from the GUID unless it is said; a card with several ports has a ``function`` for each.
    """

    guid: str
    name: str
    mac: str = field(validator=matches_re(_MAC_ADDRESS))
    speed_bits_per_second: int = field(default=10_000_000_000, validator=ge(1))
    offload: Offload = Offload()
    addresses: Sequence[IPv4Interface | IPv6Interface] = ()
    network: str = ""
    """The physical network that it is plugged into, where that is not called like the adapter."""

    bus: int = field(validator=[ge(0), le(255)])
    slot: int = field(validator=[ge(0), le(31)])
    function: int = field(default=0, validator=[ge(0), le(7)])

    @bus.default
    def _some_bus(self) -> int:
        return int(self.guid[:2], 16)

    @slot.default
    def _some_slot(self) -> int:
        return int(self.guid[2:4], 16) % 32

    @property
    def physical_network(self) -> str:
        """Where it meets the adapters of other hosts, if they share a folder of physical networks."""
        return self.network or self.name

    @property
    def device_id(self) -> str:
        """The key of its Msvm_ExternalEthernetPort."""
        return f"Microsoft:{{{self.guid}}}"

    @property
    def pnp_device_id(self) -> str:
        """The device instance that Plug and Play knows it by."""
        return rf"PCI\VEN_1AF4&DEV_1041&SUBSYS_11001AF4&REV_01\3&{self.guid[:8]}&0&{self.mac[-2:]}"


def adapters_for(host_name: str, count: int) -> tuple[NetworkAdapter, ...]:
    """Adapters whose GUIDs and addresses depend on the host's name only, so that they outlive restarts."""
    return tuple(adapter_for(host_name, number) for number in range(1, count + 1))


def adapter_for(host_name: str, number: int) -> NetworkAdapter:
    """The adapter of that number, counted from 1, of a host of that name."""
    seed = hashlib.sha256(f"{host_name.upper()}/adapter/{number}".encode()).digest()
    suffix = "" if number == 1 else f" #{number}"
    return NetworkAdapter(
        guid=str(UUID(bytes=seed[:16], version=4)).upper(),
        name=f"Emulated Ethernet Adapter{suffix}",
        mac=f"02{seed[16:21].hex()}".upper(),  # the bit of locally administered addresses is set
    )
