"""The performance counters of machines' network adapters: what has passed their ports since they started.

Microsoft, "Detecting bottlenecks in a virtualized environment": Hyper-V Virtual Network Adapter. Raw counters
only grow; a client divides the difference of two readings by that of their times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter_ns, time_ns

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.mac_addresses import adapters
from openhyperv.emulator.network.fabric import PortTraffic
from openhyperv.emulator.network.traffic import Flow
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_COUNTERS = "Win32_PerfRawData_NvspNicStats_HyperVVirtualNetworkAdapter"
_FREQUENCY = 10_000_000
_NS_PER_TICK = 100
_FILETIME_EPOCH = 116_444_736_000_000_000
"""1970-01-01 in units of 100 ns since 1601-01-01 ([MS-DTYP] 2.3.3)."""


class AdapterCounterProvider:
    """One instance for each adapter of a machine that runs. Guests that are states only send no frames."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_COUNTERS)
    def all_counters(self) -> Iterator[Instance]:
        """The counters of every adapter."""
        for system in self._host.systems:
            if system.state.is_on:
                yield from (self._counters(system, nic) for nic in adapters(system.configuration))

    @lookup(_COUNTERS)
    def counters(self, path: ObjectPath) -> Instance | None:
        """The counters of one adapter."""
        return next((each for each in self.all_counters() if each.path == path), None)

    def _counters(self, system: VirtualSystem, nic: Resource) -> Instance:
        traffic = self._host.wiring.traffic(system.guid, nic.tail)
        # UNVERIFIED: how Windows names an adapter's counters
        name = f"{system.name}_{nic.text('ElementName')}_{system.guid.lower()}--{nic.tail.lower()}"
        return cimv2_instance(_COUNTERS, {"Name": name}, {**_both_ways(traffic), **_times()})


def _both_ways(traffic: PortTraffic) -> dict[str, Value]:
    sent, received = traffic.sent, traffic.received
    return {
        **_one_way("Sent", sent),
        **_one_way("Received", received),
        "BytesPersec": sent.total_bytes + received.total_bytes,
        "PacketsPersec": sent.packets + received.packets,
        "DroppedPacketsOutgoingPersec": sent.dropped,
        "DroppedPacketsIncomingPersec": received.dropped,
    }


def _one_way(way: str, flow: Flow) -> Mapping[str, Value]:
    return {
        f"Bytes{way}Persec": flow.total_bytes,
        f"Packets{way}Persec": flow.packets,
        f"DirectedPackets{way}Persec": flow.directed,
        f"MulticastPackets{way}Persec": flow.multicast,
        f"BroadcastPackets{way}Persec": flow.broadcast,
    }


def _times() -> Mapping[str, Value]:
    now = _FILETIME_EPOCH + time_ns() // _NS_PER_TICK
    return {
        "Frequency_Object": _FREQUENCY,
        "Frequency_PerfTime": _FREQUENCY,
        "Frequency_Sys100NS": _FREQUENCY,
        "Timestamp_Object": now,
        "Timestamp_PerfTime": perf_counter_ns() // _NS_PER_TICK,
        "Timestamp_Sys100NS": now,
    }
