"""``hv vm create``: from properties to a machine."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click
from attrs import frozen

from openhyperv.cli.connecting import connected
from openhyperv.cli.host_paths import on_host
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, say, show_one
from openhyperv.cli.shielding import shielding_data_of
from openhyperv.cli.sizes import Size
from openhyperv.cli.words import Adapter, KeyValue
from openhyperv.errors import ConflictError, InvalidInputError
from openhyperv.hyperv.creation.notes import identity_of
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import BlankDisk, DiskFormat, FromImage
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, DvdRequest, MachineRequest
from openhyperv.machine.spec import MachineSpec


@frozen(kw_only=True)
class CreateArguments:
    """What the command line asks for."""

    name: str
    vcpus: int
    memory_mb: int
    image: str | None
    image_disk_bytes: int | None
    disk_bytes: tuple[int, ...]
    iso: str | None
    adapters: tuple[NetworkAdapter, ...]
    properties: tuple[tuple[str, str], ...]
    extra_specs: tuple[tuple[str, str], ...]
    notes: str
    identity: UUID | None

    def request(self, host: Host) -> MachineRequest:
        """The request, with what only the host knows: its version, and what its images are.

        :raises NotFoundError, ConflictError: an image or ISO is not there, or its name fits several
        """
        facts = host.facts()
        return MachineRequest(
            name=self.name,
            identity=self.identity or identity_of(facts.name, self.name),
            flavor=Flavor(self.vcpus, self.memory_mb, extra_specs=dict(self.extra_specs)),
            host=facts.version,
            image=ImageProperties(dict(self.properties)),
            disks=(*self._root_disk(host), *self._blank_disks()),
            dvds=self._dvds(host),
            network_adapters=self._named_adapters(),
            notes=self.notes,
        )

    def _root_disk(self, host: Host) -> tuple[DiskRequest, ...]:
        if self.image is None:
            return ()
        path = on_host(host, self.image)
        virtual_size_bytes = host.disks.inspect(str(path)).size_bytes
        source = FromImage(str(path), DiskFormat(path.suffix.lstrip(".")), virtual_size_bytes)
        return (DiskRequest("root", source, size_bytes=self.image_disk_bytes, boot_index=0),)

    def _blank_disks(self) -> tuple[DiskRequest, ...]:
        first = 1 if self.image is None else 2
        return tuple(
            DiskRequest(f"disk{number}", BlankDisk(), size_bytes=size_bytes)
            for number, size_bytes in enumerate(self.disk_bytes, first)
        )

    def _dvds(self, host: Host) -> tuple[DvdRequest, ...]:
        """An ISO is booted from where there is no image, which is how systems are installed."""
        if self.iso is None:
            return ()
        boot_index = 0 if self.image is None else 1
        return (DvdRequest("dvd", str(on_host(host, self.iso)), boot_index=boot_index),)

    def _named_adapters(self) -> tuple[NetworkAdapter, ...]:
        return tuple(
            NetworkAdapter(f"nic{number}", adapter.mac_address, adapter.switch, adapter.vlan_id)
            for number, adapter in enumerate(self.adapters, 1)
        )


@frozen
class Created:
    """What ``hv vm create`` answers."""

    name: str
    guid: str
    identity: str


_CREATED = (
    Column[Created]("Name", lambda created: created.name),
    Column[Created]("GUID", lambda created: created.guid),
    Column[Created]("Identity", lambda created: created.identity),
)


@click.command(cls=Command)
@click.argument("name")
@click.option("--vcpus", type=int, default=1, show_default=True, help="Processors.")
@click.option(
    "--memory", "memory_mb", type=int, default=1024, show_default=True, metavar="MB", help="Memory."
)
@click.option("--image", metavar="NAME", help="Boot from a copy of this pushed image, or file on the host.")
@click.option("--image-disk", "image_disk_bytes", type=Size(), help="A larger size for that copy.")
@click.option("--disk", "disk_bytes", multiple=True, type=Size(), help="A blank disk; may be repeated.")
@click.option("--iso", metavar="NAME", help="A DVD drive with this pushed ISO, or file on the host.")
@click.option(
    "--nic",
    "adapters",
    multiple=True,
    type=Adapter(),
    help="A network adapter on a switch, or 'none' for no switch; may be repeated.",
)
@click.option(
    "--property",
    "properties",
    multiple=True,
    type=KeyValue(),
    help="An image property, such as hw_machine_type=hyperv-gen2 or os_secure_boot=required.",
)
@click.option(
    "--extra-spec",
    "extra_specs",
    multiple=True,
    type=KeyValue(),
    help="A flavor's, as os:secure_boot=required.",
)
@click.option("--notes", default="", help="Notes that the host keeps with it.")
@click.option(
    "--identity",
    type=click.UUID,
    help="A UUID of its own, for one more machine of a name that is taken; else the name gives it one.",
)
@click.option("--start", is_flag=True, help="Start it.")
@click.pass_obj
def create(invocation: Invocation, /, *, start: bool, **given: Any) -> None:
    """Create a machine: off, unless --start is given.

    What the properties ask for is decided before anything is touched. If any step fails, nothing is left; and
    whatever ends this command, repeating it comes to the same machine.
    """
    arguments = CreateArguments(**given)
    if arguments.image_disk_bytes is not None and arguments.image is None:
        raise InvalidInputError("--image-disk is the size of an image's copy; give --image, or --disk.")
    with connected(invocation) as host:
        spec = design_machine(arguments.request(host))
        shares_name = arguments.identity is not None
        machine = host.create(spec, shares_name=shares_name, shielding_data=shielding_data_of(spec))
        _report(invocation, spec, machine.guid)
        if start:
            _start(machine)
            say(invocation, f"{spec.name} is running.")


def _start(machine: VirtualMachine) -> None:
    """Start it, unless an earlier run of the same command did."""
    try:
        machine.start()
    except ConflictError:
        if machine.state() is not MachineState.RUNNING:
            raise


def _report(invocation: Invocation, spec: MachineSpec, guid: str) -> None:
    if not invocation.dry_run:
        show_one(invocation, Created(spec.name, guid, str(spec.identity)), _CREATED)
