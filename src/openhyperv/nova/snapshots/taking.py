"""Making an image of an instance's root disk while the instance goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

from nova import exception
from nova.compute import task_states
from nova.context import RequestContext
from nova.objects.instance import Instance

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.copies.disk_copy import ways_to_freeze
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.rules.security import asks_for_shielding
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.properties import image_properties_of
from openhyperv.nova.root_drive import root_drive
from openhyperv.nova.snapshots.holding import disks_held
from openhyperv.nova.snapshots.uploading import upload_image


class UpdateTaskState(Protocol):
    """How the compute manager learns how far a snapshot is."""

    def __call__(self, task_state: str, expected_state: str = ...) -> Any:
        """The instance is in another state of its task now; refused where it is being deleted."""
        ...


def snapshot_instance(
    compute: ComputeHost,
    context: RequestContext,
    instance: Instance,
    image_id: str,
    update_task_state: UpdateTaskState,
) -> None:
    """Fill an image with what the instance's root disk holds now. Nothing of it stays on the host.

    :raises InstanceNotFound: the instance is not here, or went away meanwhile
    :raises InstanceUnacceptable: it is shielded, or has no root disk
    :raises CouldNotUploadImage: Glance has not all of it
    """
    _refuse_shielded(instance)
    with compute.instances.machine(instance) as machine, ExitStack() as copying:
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        with disks_held(instance):
            copy = copying.enter_context(_copied_root(compute, machine, instance))
        update_task_state(
            task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_PENDING_UPLOAD
        )
        upload_image(compute.host.share, context, image_id, copy)


@contextmanager
def _copied_root(compute: ComputeHost, machine: VirtualMachine, instance: Instance) -> Iterator[WindowsPath]:
    root = root_drive(machine.disks.list())
    if root is None:
        raise _refusal(instance, "It boots from an ISO, and has no disk to make an image of.")
    with machine.disks.copied(root, ways_to_freeze(compute.readings.latest().version)) as copy:
        yield copy


def _refuse_shielded(instance: Instance) -> None:
    if asks_for_shielding(image_properties_of(instance)):
        reason = "It is shielded: its disk can only be read by itself, so an image of it would never boot."
        raise _refusal(instance, reason)


def _refusal(instance: Instance, reason: str) -> exception.InstanceUnacceptable:
    return exception.InstanceUnacceptable(instance_id=instance.uuid, reason=reason)
