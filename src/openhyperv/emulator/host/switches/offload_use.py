"""What the adapters behind a virtual switch take off the processors, and which ports have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from openhyperv.emulator.host.hardware import Offload
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.resources import ETHERNET_CONNECTION
from openhyperv.emulator.host.settings import Feature
from openhyperv.emulator.host.switches.features import OFFLOAD
from openhyperv.emulator.host.switches.network import connected_switch
from openhyperv.emulator.host.switches.switch import Switch, Switches
from openhyperv.emulator.host.switches.uplinks import Surroundings
from openhyperv.wire.path import ObjectPath


@frozen
class OffloadUse:
    """Both in the adapters' own units."""

    offered: Offload
    taken: Offload


@frozen
class PortShare:
    """What one port of a running machine has of the adapters: a function with its queue pairs, or a queue."""

    has_function: bool = False
    queue_pairs: int = 0
    has_queue: bool = False


def offload_use(host: Host, switches: Switches, switch: Switch) -> OffloadUse:
    """What a switch offers, and what of it its ports have."""
    offered = _offered(host, switches, switch)
    shares = _shares(offered, _wishes(host, switch)).values()
    taken = Offload(
        virtual_functions=sum(share.has_function for share in shares),
        queue_pairs=sum(share.queue_pairs for share in shares),
        vmqs=sum(share.has_queue for share in shares),
    )
    return OffloadUse(offered, taken)


def port_shares(host: Host, switches: Switches, switch: Switch) -> Mapping[ObjectPath, PortShare]:
    """What each port has that has anything, by its connection's settings."""
    return _shares(_offered(host, switches, switch), _wishes(host, switch))


def _shares(offered: Offload, wishes: Iterator[_Wish]) -> Mapping[ObjectPath, PortShare]:
    """Ports take what their weights ask for, the heavier first, until there is none left.

    A switch offers SR-IOV only if that was asked for when it was made (Microsoft, ``New-VMSwitch``). Guests
    negotiate IPsec associations by themselves, and no guest here does.
    """
    ports = list(wishes)
    functions = _heaviest(ports, "IOVOffloadWeight")[: offered.virtual_functions]
    shares: dict[ObjectPath, PortShare] = {}
    free_pairs = offered.queue_pairs
    for wish in functions:
        pairs = min(wish.feature.number("IOVQueuePairsRequested"), free_pairs)
        free_pairs -= pairs
        shares[wish.connection] = PortShare(has_function=True, queue_pairs=pairs)
    queues = [wish for wish in _heaviest(ports, "VMQOffloadWeight") if wish.connection not in shares]
    return shares | {wish.connection: PortShare(has_queue=True) for wish in queues[: offered.vmqs]}


@frozen(eq=False)
class _Wish:
    """The offload settings of a port of a running machine, by the settings of its connection."""

    connection: ObjectPath
    feature: Feature


def _heaviest(wishes: Sequence[_Wish], weight: str) -> list[_Wish]:
    """Those that ask at all, the heavier first, and of the same weight the older."""
    asking = [wish for wish in wishes if wish.feature.number(weight)]
    return sorted(asking, key=lambda wish: -wish.feature.number(weight))


def _offered(host: Host, switches: Switches, switch: Switch) -> Offload:
    bound = {
        guid for guid, owner in Surroundings(host.name, host.hardware).bound(switches) if owner is switch
    }
    cards = [card.offload for card in host.hardware.adapters if card.guid in bound]
    has_iov = switch.configuration.value("IOVPreferred") is True
    return Offload(
        virtual_functions=sum(card.virtual_functions for card in cards) if has_iov else 0,
        queue_pairs=sum(card.queue_pairs for card in cards) if has_iov else 0,
        vmqs=sum(card.vmqs for card in cards),
        ipsec_associations=sum(card.ipsec_associations for card in cards),
    )


def _wishes(host: Host, switch: Switch) -> Iterator[_Wish]:
    for system in host.systems:
        if not system.state.is_on:
            continue
        configuration = system.configuration
        for connection in configuration.of_class(ETHERNET_CONNECTION.class_name):
            if (connected_switch(connection) or "").lower() == switch.guid.lower():
                path = host.views.path(configuration, connection)
                features = configuration.features_of(connection)
                yield from (_Wish(path, feature) for feature in features if feature.kind is OFFLOAD)
