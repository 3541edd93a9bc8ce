"""What the adapters behind a virtual switch take off the processors, and which ports have it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.emulator.host.hardware import Offload
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.resources import ETHERNET_CONNECTION
from openhyperv.emulator.host.settings import Feature
from openhyperv.emulator.host.switches.features import OFFLOAD
from openhyperv.emulator.host.switches.network import connected_switch
from openhyperv.emulator.host.switches.switch import Switch, Switches
from openhyperv.emulator.host.switches.uplinks import Surroundings


@frozen
class OffloadUse:
    """Both in the adapters' own units."""

    offered: Offload
    taken: Offload


def offload_use(host: Host, switches: Switches, switch: Switch) -> OffloadUse:
    """A switch offers SR-IOV only if that was asked for when it was made (Microsoft, ``New-VMSwitch``).

    Ports of running machines take what their weights ask for, until there is none left; guests negotiate
    IPsec associations by themselves, and no guest here does.
    """
    offered = _offered(host, switches, switch)
    wishes = list(_wishes(host, switch))
    with_function = [w for w in wishes if w.number("IOVOffloadWeight")][: offered.virtual_functions]
    pairs = sum(wish.number("IOVQueuePairsRequested") for wish in with_function)
    with_queue = [w for w in wishes if w.number("VMQOffloadWeight") and w not in with_function]
    taken = Offload(
        virtual_functions=len(with_function),
        queue_pairs=min(pairs, offered.queue_pairs),
        vmqs=min(len(with_queue), offered.vmqs),
    )
    return OffloadUse(offered, taken)


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


def _wishes(host: Host, switch: Switch) -> Iterator[Feature]:
    """The offload settings of each port of a running machine at the switch."""
    for system in host.systems:
        if not system.state.is_on:
            continue
        configuration = system.configuration
        for connection in configuration.of_class(ETHERNET_CONNECTION.class_name):
            if (connected_switch(connection) or "").lower() == switch.guid.lower():
                features = configuration.features_of(connection)
                yield from (feature for feature in features if feature.kind is OFFLOAD)
