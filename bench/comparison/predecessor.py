"""os-win's part: its calls in the order in which compute-hyperv and networking-hyperv make them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from tests.oswin.gates import module

from bench.comparison.old_binding import bind_in_the_old_order
from bench.comparison.stage import FOLDER, ISO, Stage

_ENABLED, _DISABLED = 2, 3
_GENERATION_2 = 2
_DVD = "DVD"


class Predecessor:
    """Each method does one job; what a job needs to be there is made by :class:`~.stage.Stage`."""

    def __init__(self, factory: Any, stage: Stage) -> None:
        self._vms = factory.get_vmutils()
        self._network = factory.get_networkutils()
        self._metrics = factory.get_metricsutils()
        self._host = factory.get_hostutils()
        self._stage = stage

    def list_machines(self) -> None:
        """Names, then of each whether it is there and what it does."""
        for name in self._vms.list_instances():
            self.look_at(name)

    def look_at(self, name: str) -> None:
        """One machine: is it there, and what does it do."""
        assert self._vms.vm_exists(name)
        assert self._vms.get_vm_summary_info(name)["EnabledState"] in (_ENABLED, _DISABLED)

    def spawn(self, name: str, disk: str) -> None:
        """Generation 2 with a disk, an adapter, a serial port and a config drive, started."""
        vms = self._vms
        vms.check_admin_permissions()
        assert not vms.vm_exists(name)
        for _ in range(2):
            self._ask_for_folder(name)
        vms.create_vm(name, False, _GENERATION_2, FOLDER, [name])
        vms.create_scsi_controller(name)
        vms.attach_scsi_drive(name, disk)
        vms.set_vm_serial_port_connection(name, 1, rf"\\.\pipe\{name}")
        vms.create_nic(name, f"{name}-port", self._stage.mac_address())
        vms.update_vm(name, 2048, None, 2, None, False, 1, snapshot_type=None)
        vms.attach_scsi_drive(name, ISO, _DVD)
        vms.set_boot_order(name, [disk])
        vms.set_vm_state(name, _ENABLED)

    def _ask_for_folder(self, name: str) -> None:
        """Where a machine's files would be, if there were one of that name."""
        with suppress(module("exceptions").HyperVVMNotFoundException):
            self._vms.get_vm_config_root_dir(name)

    def destroy(self, name: str) -> None:
        """Right after it was spawned."""
        assert self._vms.vm_exists(name)
        self._vms.stop_vm_jobs(name)
        self._vms.set_vm_state(name, _DISABLED)
        self._vms.destroy_vm(name)

    def make_unbound(self, name: str) -> str:
        """The name of a new machine's adapter, as spawning leaves it: without a cable."""
        self._vms.create_vm(name, False, _GENERATION_2, FOLDER, [name])
        self._vms.create_nic(name, f"{name}-port", self._stage.mac_address())
        return f"{name}-port"

    def bind(self, port: str) -> None:
        """Everything about a port, as the old agent did it."""
        bind_in_the_old_order(self._network, self._stage.switch_name, port)

    def measure(self, name: str) -> None:
        """Everything that is metered of one machine."""
        metrics = self._metrics
        metrics.get_cpu_metrics(name)
        metrics.get_memory_metrics(name)
        assert len(list(metrics.get_vnic_metrics(name))) == 1
        assert len(list(metrics.get_disk_metrics(name))) == self._stage.disks_of_each
        list(metrics.get_disk_latency_metrics(name))
        list(metrics.get_disk_iops_count(name))

    def measure_all(self) -> None:
        """The same, machine by machine."""
        for name in self._stage.metered:
            self.measure(name)

    def host_statistics(self) -> None:
        """What the resource tracker asks for twice a minute; drives and flags are asked of DLLs instead."""
        self._host.get_cpus_info()
        self._host.get_memory_info()
        self._host.get_windows_version()
        assert self._host.get_numa_nodes()
        self._host.get_pci_passthrough_devices()
