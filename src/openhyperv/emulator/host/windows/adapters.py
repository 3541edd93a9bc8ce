"""The host's network adapters as its own Windows numbers and names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Interface, IPv6Interface

from attrs import frozen

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.switches.connections import INTERNAL_PORT, SwitchConnection, connections
from openhyperv.emulator.host.switches.switch import Switches
from openhyperv.emulator.host.switches.uplinks import Surroundings

VIRTUAL = "Hyper-V Virtual Ethernet Adapter"
_SWITCH_SPEED = 10_000_000_000


@frozen
class WindowsAdapter:
    """One adapter: ``name`` is the device's, ``connection`` what the administrator sees."""

    index: int
    guid: str
    name: str
    connection: str
    mac: str
    speed_bits_per_second: int
    is_physical: bool
    pnp_device_id: str
    addresses: Sequence[IPv4Interface | IPv6Interface] = ()


class WindowsAdapters:
    """Physical adapters, then the host's own at virtual switches. Use it under the host's lock.

    An adapter keeps its index for as long as the host runs. The addresses of a card that a switch is bound to
    are those of the host's own adapter at that switch, as the virtual switch extension moves them on Windows.
    """

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches
        self._surroundings = Surroundings(host.name, host.hardware)
        self._indexes: dict[str, int] = {}

    def __iter__(self) -> Iterator[WindowsAdapter]:
        bound = dict(self._surroundings.bound(self._switches))
        for number, card in enumerate(self._host.hardware.adapters, 1):
            yield WindowsAdapter(
                index=self._index(card.guid),
                guid=card.guid,
                name=card.name,
                connection="Ethernet" if number == 1 else f"Ethernet {number}",
                mac=card.mac,
                speed_bits_per_second=card.speed_bits_per_second,
                is_physical=True,
                pnp_device_id=card.pnp_device_id,
                addresses=() if card.guid in bound else card.addresses,
            )
        for plugged in connections(self._host, self._switches):
            if plugged.peer.class_name == INTERNAL_PORT:
                yield self._internal(plugged)

    def _internal(self, plugged: SwitchConnection) -> WindowsAdapter:
        guid = str(plugged.peer.key("DeviceID")).partition("{")[2].rstrip("}")
        index = self._index(guid)
        return WindowsAdapter(
            index=index,
            guid=guid,
            name=VIRTUAL,
            connection=f"vEthernet ({plugged.name})",
            mac=plugged.peer_mac,
            speed_bits_per_second=_SWITCH_SPEED,
            is_physical=False,
            pnp_device_id=rf"ROOT\VMS_MP\{index:04}",
            addresses=self._moved_to(plugged),
        )

    def _moved_to(self, plugged: SwitchConnection) -> Sequence[IPv4Interface | IPv6Interface]:
        bound = {
            guid for guid, switch in self._surroundings.bound(self._switches) if switch is plugged.switch
        }
        cards = (card for card in self._host.hardware.adapters if card.guid in bound)
        return [address for card in cards for address in card.addresses]

    def _index(self, guid: str) -> int:
        return self._indexes.setdefault(guid, len(self._indexes) + 1)
