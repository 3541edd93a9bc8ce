"""Everything that a host can meter.

Identifiers: recorded from a host (Msvm_ServiceAffectsElement) and known to Hyper-V's own manager by these
meanings; names: as clients look them up. Units: Microsoft, "Measure-VM".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openhyperv.cim.release import Release
from openhyperv.emulator.host.metrics import measuring
from openhyperv.emulator.host.metrics.metric import Definition, Function, Metric, Source, Unit
from openhyperv.emulator.host.profile import Profile

METRICS: Sequence[Metric] = (
    Metric(
        name="Average CPU Utilization",
        guid="3F6F1051-C8FC-47EF-9821-C07240848748",
        aggregated_name="Aggregated Average CPU Utilization",
        aggregated_guid="3F6F1051-C8FC-47EF-9821-C07240848749",
        source=Source.PROCESSOR,
        function=Function.AVERAGE,
        unit=Unit.MEGAHERTZ,
        measure=measuring.processor_mhz,
    ),
    Metric(
        name="Average Memory Utilization",
        guid="04BDF59E-580D-4441-8828-FFFE44472D2D",
        aggregated_name="Aggregated Average Memory Utilization",
        aggregated_guid="04BDF59E-580D-4441-8828-FFFE44472D2E",
        source=Source.MEMORY,
        function=Function.AVERAGE,
        unit=Unit.MEGABYTES,
        measure=measuring.average_memory,
    ),
    Metric(
        name="Maximum for Memory Utilization",
        guid="394DCE66-458F-4895-AE56-41D7C9602A49",
        aggregated_name="Aggregated Maximum for Memory Utilization",
        aggregated_guid="394DCE66-458F-4895-AE56-41D7C9602A4A",
        source=Source.MEMORY,
        function=Function.MAXIMUM,
        unit=Unit.MEGABYTES,
        measure=measuring.memory_while_on,
    ),
    Metric(
        name="Minimum for Memory Utilization",
        guid="FF85EA46-9933-4436-BE5D-C96827399966",
        aggregated_name="Aggregated Minimum for Memory Utilization",
        aggregated_guid="FF85EA46-9933-4436-BE5D-C96827399967",
        source=Source.MEMORY,
        function=Function.MINIMUM,
        unit=Unit.MEGABYTES,
        measure=measuring.memory_while_on,
    ),
    Metric(
        name="Maximum for Disk Allocation",
        guid="AD29978B-AAB6-44AE-81CD-0609BF929F18",
        aggregated_name="Aggregated Maximum for Disk Allocations",
        aggregated_guid="AD29978B-AAB6-44AE-81CD-0609BF929F19",
        source=Source.DISK,
        function=Function.MAXIMUM,
        unit=Unit.MEGABYTES,
        measure=measuring.disk_size,
    ),
    Metric(
        name="Average Disk Latency",
        guid="72544D55-3035-41DA-B9D7-6C5A39BF8F35",
        aggregated_name="Aggregated Average Disk Latency",
        aggregated_guid="8F5001D9-CAB4-4F85-AC1E-887FBBB07641",
        source=Source.DISK,
        function=Function.AVERAGE,
        unit=Unit.MICROSECONDS,  # UNVERIFIED: the unit of latencies
        measure=measuring.disk_latency,
        is_mean=True,
    ),
    Metric(
        name="Average Normalized Disk Throughput",
        guid="A4BCA0D9-C27D-4BC8-A7E3-7ED13C89E373",
        aggregated_name="Aggregated Average Normalized Disk Throughput",
        aggregated_guid="7A9EB0A9-28CF-4216-A6CA-F8DE74A5D4A3",
        source=Source.DISK,
        function=Function.AVERAGE,
        unit=Unit.OPERATIONS,
        measure=measuring.disk_throughput,
    ),
    Metric(
        name="Normalized I/O Operations Completed",
        guid="4E1D459F-7861-46A4-887C-B64397C97E1B",
        aggregated_name="Aggregated Normalized I/O Operations Completed",
        aggregated_guid="DF735A3F-AB45-4368-80CC-E06F73E8A85C",
        source=Source.DISK,
        function=Function.TOTAL,
        unit=Unit.OPERATIONS,
        measure=measuring.disk_operations,
        since=Release.WS2016,  # UNVERIFIED: since when; an older host was recorded without
    ),
    Metric(
        name="Disk Data Read",
        guid="A9DFBC22-E05F-438D-9405-22E2078353D6",
        aggregated_name="Aggregated Disk Data Read",
        aggregated_guid="942103D7-A125-4F19-B734-97AEDBF81995",
        source=Source.DISK,
        function=Function.TOTAL,
        unit=Unit.MEGABYTES,
        measure=measuring.disk_read,
    ),
    Metric(
        name="Disk Data Written",
        guid="534FA8D7-9875-4FAB-BAA6-2424DF29B31E",
        aggregated_name="Aggregated Disk Data Written",
        aggregated_guid="FFD2C1DC-091E-4F2A-95F7-75994CE92046",
        source=Source.DISK,
        function=Function.TOTAL,
        unit=Unit.MEGABYTES,
        measure=measuring.disk_written,
    ),
    Metric(
        name="Filtered Incoming Network Traffic",
        guid="A6C250B0-867B-4CE7-9C47-A4F00AA6BB15",
        aggregated_name="Aggregated Filtered Incoming Network Traffic",
        aggregated_guid="A6C250B0-867B-4CE7-9C47-A4F00AA6BB16",
        source=Source.INCOMING,
        function=Function.TOTAL,
        unit=Unit.MEGABYTES,
        measure=measuring.received,
    ),
    Metric(
        name="Filtered Outgoing Network Traffic",
        guid="3C215D49-078B-4D9F-8E2E-0C844642D3BB",
        aggregated_name="Aggregated Filtered Outgoing Network Traffic",
        aggregated_guid="3C215D49-078B-4D9F-8E2E-0C844642D3BC",
        source=Source.OUTGOING,
        function=Function.TOTAL,
        unit=Unit.MEGABYTES,
        measure=measuring.sent,
    ),
)


def metrics_of(profile: Profile, *sources: Source) -> Iterator[Metric]:
    """What a release meters of these kinds of devices."""
    return (m for m in METRICS if profile.has(m.since) and m.source in sources)


def definitions_of(profile: Profile) -> Iterator[Definition]:
    """Every definition of a release."""
    for metric in metrics_of(profile, *Source):
        yield metric.definition(is_aggregate=False)
        yield metric.definition(is_aggregate=True)
