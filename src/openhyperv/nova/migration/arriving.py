"""The second half of a migration to another host: the machine is made again here, of the files that it had.

The account of this host is used at the other one, too: it has to be one of both, such as a domain's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from attrs import evolve
from nova.compute.manager import ComputeVirtAPI

from openhyperv.errors import HyperVError
from openhyperv.files.carrying import carry_file
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.creation.bringing import BroughtFile
from openhyperv.hyperv.creation.upload import Upload
from openhyperv.hyperv.moving.baggage import Baggage
from openhyperv.hyperv.reconfiguring.disk_plan import file_of
from openhyperv.machine.spec import MachineSpec
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.config_drive import Injected, built_config_drive
from openhyperv.nova.destroying import destroy_instance
from openhyperv.nova.device_metadata import remember_devices
from openhyperv.nova.migration.design import design_again
from openhyperv.nova.migration.luggage import Luggage
from openhyperv.nova.migration.move import Move
from openhyperv.nova.power.switching import power_on
from openhyperv.nova.vif_events import ports_plugged

_TIMEOUT_S = 24 * 3600.0
_SWAP = "swap"


def arrive(
    compute: ComputeHost, virtapi: ComputeVirtAPI, move: Move, luggage: Luggage, *, starts: bool
) -> None:
    """Make the instance's machine on this host.

    :raises HyperVError: it could not be made, and nothing of it is here; it is whole where it was
    :raises VirtualInterfaceCreateException: its ports were not connected in time; it is off
    """
    with luggage.files(compute.host.share) as source:
        _have_images(compute, source, luggage.baggage)
        spec = design_again(compute, move, luggage.baggage, grows=move.is_resize)
        spec = evolve(spec, firmware_guid=luggage.baggage.firmware_guid)
        remember_devices(move.context, move.instance, spec, move.block_device_info)
        with ports_plugged(virtapi, move.instance, move.network_info), _undone(compute, move):
            _create(compute, move, spec, source, luggage.baggage)
        if starts:
            power_on(compute, move.instance)


def _have_images(compute: ComputeHost, source: HostFiles, baggage: Baggage) -> None:
    """The images of the other host's cache, which Glance may have no more."""
    for image in baggage.images:
        here = compute.host.layout.images / image.name
        with compute.images.alone(image.name.rpartition(".")[0]):
            if not compute.host.share.exists(here):
                carry_file(source, image, compute.host.share, here, replace=True)


@contextmanager
def _undone(compute: ComputeHost, move: Move) -> Iterator[None]:
    """Remove what was made if the block fails; what stays all the same goes with the instance."""
    try:
        yield
    except BaseException:
        with suppress(HyperVError):
            destroy_instance(compute, move.instance)
        raise


def _create(compute: ComputeHost, move: Move, spec: MachineSpec, source: HostFiles, baggage: Baggage) -> None:
    brought = tuple(_brought(compute, spec, source, baggage))
    with _config_drive(compute, move, spec, brought) as uploads:
        machine = compute.host.create(
            spec, shares_name=True, uploads=uploads, brought=brought, timeout_s=_TIMEOUT_S
        )
    compute.instances.remember(move.instance, machine)
    compute.ovs.plug(move.instance, move.network_info)


def _brought(
    compute: ComputeHost, spec: MachineSpec, source: HostFiles, baggage: Baggage
) -> Iterator[BroughtFile]:
    """The files that the new machine has, too; swap space is new, and a disk that it lost stays there."""
    layout = compute.host.layout
    folder = layout.machine(spec.identity)
    wanted = {file_of(disk, folder) for disk in spec.disks if disk.name != _SWAP}
    wanted |= {dvd.path for dvd in spec.dvds if dvd.path is not None}
    for bag in baggage.bags:
        target = folder / bag.path.name
        if not bag.is_image and str(target) in wanted:
            parent = None if bag.parent is None else layout.images / bag.parent.name
            yield BroughtFile(source, bag.path, target, parent)


@contextmanager
def _config_drive(
    compute: ComputeHost, move: Move, spec: MachineSpec, brought: Collection[BroughtFile]
) -> Iterator[list[Upload]]:
    """A new config drive where this host wants another kind of it than the one that the instance brings.

    The one that it brings is better: injected files and passwords are nowhere else.
    """
    if any(file.target.name.startswith("config.") for file in brought):
        yield []
        return
    folder = compute.host.layout.machine(spec.identity)
    with built_config_drive(move.instance, folder, move.network_info, Injected()) as built:
        yield built
