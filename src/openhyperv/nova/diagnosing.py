"""What an instance uses, as operators see it with ``openstack server show --diagnostics``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import nova.conf
from attrs import frozen
from nova.compute import power_state
from nova.objects import fields
from nova.objects.diagnostics import Diagnostics, MemoryDiagnostics
from nova.objects.instance import Instance
from nova.virt import configdrive

from openhyperv.hyperv.adapters.machine_adapter import MachineAdapter, read_adapters
from openhyperv.hyperv.components import device_settings
from openhyperv.hyperv.disks.drives import Drive, read_storage
from openhyperv.hyperv.metrics.use import DiskUse, HostUse, NetworkUse
from openhyperv.hyperv.summary import MachineSummary
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.power_states import nova_power_state

CONF = nova.conf.CONF
_MIB = 1024**2  # UNVERIFIED: the megabytes of metrics are of 2^20 bytes
_UNMETERED = HostUse({}, {}, {})


@frozen
class _Use:
    """A machine with its devices; what each of those has carried is None where the host does not meter."""

    machine: MachineSummary
    adapters: tuple[tuple[MachineAdapter, NetworkUse | None], ...]
    disks: tuple[tuple[Drive, DiskUse | None], ...]


def instance_diagnostics(compute: ComputeHost, instance: Instance) -> Diagnostics:
    """The same for every driver: two requests, and three more with ``enable_instance_metrics_collection``.

    Hyper-V tells one load, the average of all processors, which each of them is given here. What passed
    adapters and disks is known to the MiB.
    """
    use = _read(compute, instance)
    found = Diagnostics(
        state=power_state.STATE_MAP[nova_power_state(use.machine.state)],
        driver=fields.HypervisorDriver.HYPERV,
        hypervisor=fields.HVType.HYPERV,
        hypervisor_os="windows",
        uptime=int(use.machine.uptime_s),
        config_drive=configdrive.required_by(instance),
        memory_details=MemoryDiagnostics(maximum=instance.flavor.memory_mb, used=use.machine.memory_mb),
    )
    for number in range(use.machine.vcpus):
        found.add_cpu(id=number, utilisation=use.machine.processor_load_percent)
    for adapter, network in use.adapters:
        found.add_nic(mac_address=_mac_address(adapter), **_octets(network))
    for _, disk in use.disks:
        found.add_disk(**_bytes(disk))
    return found


def diagnostics(compute: ComputeHost, instance: Instance) -> dict[str, Any]:
    """The words of this driver, for clients before microversion 2.48; the same requests."""
    use = _read(compute, instance)
    return {
        "uptime_s": int(use.machine.uptime_s),
        "processor_load_percent": use.machine.processor_load_percent,
        "memory_mb": use.machine.memory_mb,
        "guest": use.machine.guest,
        "version": use.machine.version,
        **_numbered("nic", [_octets(network) for _, network in use.adapters]),
        **_numbered("disk", [_bytes(disk) for _, disk in use.disks]),
    }


def _numbered(kind: str, devices: Sequence[Mapping[str, int]]) -> dict[str, int]:
    return {
        f"{kind}{number}_{name}": value
        for number, device in enumerate(devices)
        for name, value in device.items()
    }


def _read(compute: ComputeHost, instance: Instance) -> _Use:
    with compute.instances.machine(instance) as machine:
        summary = machine.summary()
        settings = device_settings(compute.host.session, machine.guid)
    metered = compute.host.metrics() if CONF.openhyperv.enable_instance_metrics_collection else _UNMETERED
    adapters = tuple((each, metered.adapters.get(each.key)) for each in read_adapters(settings))
    disks = (each for each in read_storage(settings).drives if not each.is_dvd)
    return _Use(summary, adapters, tuple((each, metered.disks.get(each.medium_key)) for each in disks))


def _mac_address(adapter: MachineAdapter) -> str | None:
    """With the colons that Nova wants; None before a first start for which the host is to choose it."""
    return ":".join(wrap(adapter.address, 2)) or None


def _octets(use: NetworkUse | None) -> dict[str, int]:
    return {} if use is None else {"rx_octets": use.received_mb * _MIB, "tx_octets": use.sent_mb * _MIB}


def _bytes(use: DiskUse | None) -> dict[str, int]:
    return {} if use is None else {"read_bytes": use.read_mb * _MIB, "write_bytes": use.written_mb * _MIB}
