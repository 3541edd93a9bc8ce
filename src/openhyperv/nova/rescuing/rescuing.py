"""Rescuing an instance, and the end of that. What breaks off is undone, or can be by the same call later."""

from __future__ import annotations

from functools import partial

from attrs import evolve, frozen
from nova import exception
from nova.context import RequestContext
from nova.network.model import NetworkInfo
from nova.objects.image_meta import ImageMeta
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.disk_files import format_of
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.placing import slot_text
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import Bus, ExistingDisk
from openhyperv.machine.request import DiskRequest
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.config_drive import Injected, built_config_drive
from openhyperv.nova.images.image_cache import CachedImage, wanted_image_of
from openhyperv.nova.power.switching import power_on
from openhyperv.nova.rescuing.putting_back import put_back
from openhyperv.nova.rescuing.rescue_device import RescueDevice, check_rescue_image, rescue_device_of
from openhyperv.nova.rescuing.rescue_drives import BESIDE, RescueDrives, path_of, stand_in

LOG = log.getLogger(__name__)


@frozen
class Rescue:
    """One rescue, in Nova's words."""

    instance: Instance
    image_meta: ImageMeta
    network_info: NetworkInfo | None
    injected: Injected


def rescue_instance(compute: ComputeHost, context: RequestContext, wanted: Rescue) -> None:
    """Have an instance that is off boot from another disk; it runs afterwards. If that fails all is undone.

    :raises InstanceNotRescuable: it has no root disk, or no such device as the rescue image asks for
    :raises ImageUnacceptable: it would not boot from the rescue image, or that is too large
    """
    instance = wanted.instance
    with compute.instances.machine(instance) as machine:
        _prepare(compute, machine)
        present = RescueDrives(machine.disks.list())
        rescuing = _Rescuing(compute, machine, wanted, present, _root_of(present, instance))
        image, device = rescuing.image(context)
        try:
            rescuing.equip(image, device)
            power_on(compute, instance)
        except BaseException:
            _undo(compute, machine, instance)
            raise


def unrescue_instance(compute: ComputeHost, instance: Instance) -> None:
    """Have an instance boot from its own disk again; it runs afterwards."""
    with compute.instances.machine(instance) as machine:
        _prepare(compute, machine)
        power_on(compute, instance)


def _root_of(present: RescueDrives, instance: Instance) -> Drive:
    if present.root is None:
        reason = "It has no root disk on this host; it boots from an ISO or a volume."
        raise exception.InstanceNotRescuable(instance_id=instance.uuid, reason=reason)
    return present.root


def _prepare(compute: ComputeHost, machine: VirtualMachine) -> None:
    machine.reach(MachineState.OFF)
    machine.settle()
    put_back(machine, compute.host.share)


def _undo(compute: ComputeHost, machine: VirtualMachine, instance: Instance) -> None:
    try:
        _prepare(compute, machine)
    except HyperVError:
        LOG.exception("The rescue could not be undone; unrescue the instance later.", instance=instance)


@frozen
class _Rescuing:
    """One machine that is off, with its own disks in its drives, of which ``root`` has the root disk."""

    compute: ComputeHost
    machine: VirtualMachine
    wanted: Rescue
    present: RescueDrives
    root: Drive

    @property
    def _folder(self) -> WindowsPath:
        return path_of(self.root).parent

    def image(self, context: RequestContext) -> tuple[CachedImage, RescueDevice]:
        """The image to boot from, on the host, and what it shall be to the guest."""
        instance, meta, bus = self.wanted.instance, self.wanted.image_meta, self.root.slot.bus
        device = rescue_device_of(instance, meta, bus)
        check = partial(check_rescue_image, instance, meta, bus)
        image = self.compute.images.get(context, wanted_image_of(instance, meta), check)
        check(image)
        return image, device

    def equip(self, image: CachedImage, device: RescueDevice) -> None:
        """Give the machine what it shall boot from, and a config drive with the password of the rescue."""
        config = self._config_drive()
        if device is RescueDevice.IN_ROOTS_PLACE:
            disk = self._made(stand_in(path_of(self.root), image.path.suffix), image)
            self.machine.disks.exchange({**config, self.root: str(disk)})
            self._attach(path_of(self.root))
        else:
            self.machine.disks.exchange(config)
            self._boot_from(self._cdrom(image) if device is RescueDevice.CDROM else self._disk(image))

    def _config_drive(self) -> dict[Drive, str]:
        """The file for the rescue by the drive that it is for; none where the instance has no such drive."""
        instance, injected = self.wanted.instance, self.wanted.injected
        with built_config_drive(instance, self._folder, self.wanted.network_info, injected) as uploads:
            for upload in uploads:
                drive = self.present.config(upload.target.suffix)
                if drive is not None:
                    target = stand_in(path_of(drive), upload.target.suffix)
                    self.compute.host.push(evolve(upload, target=target))
                    return {drive: str(target)}
        return {}

    def _made(self, disk: WindowsPath, image: CachedImage) -> WindowsPath:
        """A new disk on the rescue image, which no rescue ever writes to."""
        self.compute.host.disks.create(str(disk), parent=str(image.path))
        return disk

    def _disk(self, image: CachedImage) -> Drive:
        return self._attach(self._made(self._folder / f"{BESIDE}{image.path.suffix}", image))

    def _attach(self, disk: WindowsPath) -> Drive:
        source = ExistingDisk(str(disk), format_of(disk.name))
        return self.machine.disks.attach(DiskRequest(disk.name, source))

    def _cdrom(self, image: CachedImage) -> Drive:
        iso = self._folder / f"{BESIDE}{image.path.suffix}"
        for _ in self.compute.host.share.copy(image.path, iso):
            pass
        return self.machine.disks.attach_dvd(str(iso))

    def _boot_from(self, drive: Drive) -> None:
        # UNVERIFIED: generation 1 tries its next CD-ROM where the first does not boot
        self.machine.boot.put_first(["cd" if drive.slot.bus is Bus.IDE else slot_text(drive.slot)])
