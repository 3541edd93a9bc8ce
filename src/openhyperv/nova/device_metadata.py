"""Which device of a machine is which disk or port of the instance, as its guest reads in its metadata.

Every disk is told by its address, tagged or not, since Linux' and Windows' names of disks may change from
start to start (usage guide, "Identifying disks"). Ports are told where they are tagged.
"""

from __future__ import annotations

from collections.abc import Iterator

from nova.context import RequestContext
from nova.objects.block_device import BlockDeviceMapping, BlockDeviceMappingList
from nova.objects.instance import Instance
from nova.objects.virt_device_metadata import (
    DeviceMetadata,
    DiskMetadata,
    IDEDeviceBus,
    InstanceDeviceMetadata,
    NetworkInterfaceMetadata,
    SCSIDeviceBus,
)
from nova.objects.virtual_interface import VirtualInterfaceList

from openhyperv.machine.drives import Bus, Slot
from openhyperv.machine.spec import MachineSpec
from openhyperv.nova.drives import ROOT, BlockDeviceInfo, drive_names_of


def remember_devices(
    context: RequestContext, instance: Instance, spec: MachineSpec, block_device_info: BlockDeviceInfo | None
) -> None:
    """Note the disks of a machine that is about to be made, and the ports that have tags."""
    disks = _disks(context, instance, spec, block_device_info)
    _save(instance, [*disks, *_tagged_ports(context, instance)])


def remember_tags_of_ports(context: RequestContext, instance: Instance) -> None:
    """Note the ports that have tags now; disks stay as they were noted."""
    known = instance.device_metadata.devices if instance.device_metadata else []
    disks = [device for device in known if not isinstance(device, NetworkInterfaceMetadata)]
    _save(instance, [*disks, *_tagged_ports(context, instance)])


def _save(instance: Instance, devices: list[DeviceMetadata]) -> None:
    instance.device_metadata = InstanceDeviceMetadata(devices=devices)
    instance.save()


def _disks(
    context: RequestContext, instance: Instance, spec: MachineSpec, block_device_info: BlockDeviceInfo | None
) -> Iterator[DiskMetadata]:
    devices = drive_names_of(block_device_info)
    bdms = BlockDeviceMappingList.get_by_instance_uuid(context, instance.uuid)
    by_device = {bdm.device_name: bdm for bdm in bdms}
    root = next((bdm for bdm in bdms if bdm.boot_index == 0), None)
    for drive in spec.drives:
        bdm = root if drive.name == ROOT else by_device.get(devices.get(drive.name))
        if bdm is not None:
            yield _disk(drive.slot, bdm)


def _disk(slot: Slot, bdm: BlockDeviceMapping) -> DiskMetadata:
    kind = IDEDeviceBus if slot.bus is Bus.IDE else SCSIDeviceBus
    return DiskMetadata(bus=kind(address=slot.guest_address), tags=[bdm.tag] if bdm.tag else [])


def _tagged_ports(context: RequestContext, instance: Instance) -> Iterator[NetworkInterfaceMetadata]:
    for vif in VirtualInterfaceList.get_by_instance_uuid(context, instance.uuid):
        if "tag" in vif and vif.tag:
            yield NetworkInterfaceMetadata(mac=vif.address, tags=[vif.tag])
