"""Resizing where the instance is: its machine is changed, and can go back until the resize is confirmed."""

from __future__ import annotations

import re

from nova.objects.instance import Instance

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.disk_files import format_of
from openhyperv.hyperv.moving.baggage import Bag, Baggage, pack
from openhyperv.hyperv.moving.kept_disks import KeptDisks
from openhyperv.hyperv.moving.replaced_disks import flatten_disk
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import ExistingDisk
from openhyperv.machine.request import DiskRequest
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.device_metadata import remember_devices
from openhyperv.nova.instances import identity_of
from openhyperv.nova.migration.design import design_again
from openhyperv.nova.migration.move import Move

_SWAP = "swap"
_EPHEMERAL = re.compile(r"(eph\d+)\.vhdx?")


def packed(compute: ComputeHost, machine: VirtualMachine) -> Baggage:
    """What the machine has of files; see :func:`openhyperv.hyperv.moving.baggage.pack`."""
    host = compute.host
    return pack(host.session, host.share, host.layout, machine.guid)


def keep(compute: ComputeHost, instance: Instance, disks: tuple[WindowsPath, ...]) -> None:
    """Have the host copy the disks of an instance that is off, apart from swap space.

    :raises QuotaError: the host's disk is full
    """
    with compute.instances.machine(instance) as machine:
        worth_keeping = [disk for disk in disks if disk.name.rpartition(".")[0] != _SWAP]
        _kept_disks(compute, instance, machine).take(worth_keeping)


def make_as_flavor_says(compute: ComputeHost, move: Move, baggage: Baggage, *, grows: bool) -> None:
    """Change the instance's machine, which is off and has those files, to what its present flavor says.

    :raises HyperVError: as :meth:`openhyperv.hyperv.virtual_machine.VirtualMachine.reconfigure`
    """
    spec = design_again(compute, move, baggage, grows=grows)
    sizes_bytes = {disk.name: disk.size_bytes for disk in spec.disks}
    with compute.instances.machine(move.instance) as machine:
        for bag in baggage.bags:
            _make_room(compute, machine, bag, sizes_bytes.get(bag.name))
        machine.reconfigure(spec)
    remember_devices(move.context, move.instance, spec, move.block_device_info)


def go_back(compute: ComputeHost, move: Move) -> None:
    """Let the instance have the disks that were kept, and be as its flavor, the old one again, says."""
    with compute.instances.machine(move.instance) as machine:
        machine.reach(MachineState.OFF)
        _kept_disks(compute, move.instance, machine).put_back()
        _attach_ephemerals(compute, move.instance, machine)
        baggage = packed(compute, machine)
    make_as_flavor_says(compute, move, baggage, grows=False)


def forget(compute: ComputeHost, instance: Instance) -> None:
    """There is no way back any more, or none is needed."""
    with compute.instances.machine(instance) as machine:
        _kept_disks(compute, instance, machine).drop()


def _kept_disks(compute: ComputeHost, instance: Instance, machine: VirtualMachine) -> KeptDisks:
    folder = compute.host.layout.machine(identity_of(instance))
    return KeptDisks(compute.host.session, compute.host.share, machine.guid, folder)


def _make_room(compute: ComputeHost, machine: VirtualMachine, bag: Bag, size_bytes: int | None) -> None:
    """Prepare a disk that cannot become as large as it shall be by growing alone."""
    if bag.name == _SWAP and bag.size_bytes != size_bytes:
        _drop_swap(compute, machine, bag.path)
    elif bag.is_differencing_vhd and size_bytes not in (None, bag.size_bytes):
        flatten_disk(compute.host.session, compute.host.share, machine.guid, bag.path)


def _drop_swap(compute: ComputeHost, machine: VirtualMachine, path: WindowsPath) -> None:
    """Swap space of another size is new swap space."""
    machine.disks.detach(str(path))
    compute.host.share.remove(path)


def _attach_ephemerals(compute: ComputeHost, instance: Instance, machine: VirtualMachine) -> None:
    """A disk that the new flavor had no room for is in its place again, and wants its drive."""
    folder = compute.host.layout.machine(identity_of(instance))
    held = {file.lower() for file in machine.disk_files()}
    for each in compute.host.share.list(folder):
        found, path = _EPHEMERAL.fullmatch(each.name), str(folder / each.name)
        if found and path.lower() not in held:
            machine.disks.attach(DiskRequest(found[1], ExistingDisk(path, format_of(path))))
