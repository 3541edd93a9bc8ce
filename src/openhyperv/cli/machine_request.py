"""What ``hv vm create`` was given, as a request to the rules."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve, field, frozen

from openhyperv.cli.config_drive import ConfigDriveArgument
from openhyperv.cli.host_paths import on_host
from openhyperv.cli.machine_file import MachineFile
from openhyperv.errors import InvalidInputError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.creation.notes import identity_of
from openhyperv.hyperv.host import Host
from openhyperv.machine.drives import BlankDisk, DiskFormat, ExistingDisk, FromImage
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest, MachineRequest
from openhyperv.machine.trait import traits_needed

_GIB = 1024**3


@frozen(kw_only=True)
class CreateArguments:
    """What the command line asks for; it goes before what the file says."""

    name: str
    vcpus: int | None = None
    memory_mb: int | None = None
    image: str | None = None
    image_disk_bytes: int | None = None
    disk_bytes: tuple[int, ...] = ()
    iso: str | None = None
    config_drive: ConfigDriveArgument | None = None
    adapters: tuple[NetworkAdapter, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    extra_specs: tuple[tuple[str, str], ...] = ()
    metadata: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    notes: str = ""
    identity: UUID | None = None
    file: MachineFile = field(factory=MachineFile)

    def __attrs_post_init__(self) -> None:
        if self.image_disk_bytes is not None and self.image is None:
            raise InvalidInputError("--image-disk is the size of an image's copy; give --image, or --disk.")

    def request(self, host: Host) -> MachineRequest:
        """The request, with what only the host knows: its version, its traits as far as they matter, and
        what its images are.

        :raises NotFoundError, ConflictError: an image or ISO is not there, or its name fits several
        """
        facts, flavor = host.facts(), self._flavor()
        identity = self.identity or identity_of(facts.name, self.name)
        image = ImageProperties({**self.file.properties, **dict(self.properties)})
        return MachineRequest(
            name=self.name,
            identity=identity,
            flavor=flavor,
            host=facts.version,
            image=image,
            disks=(*self._root_disk(host), *self._blank_disks()),
            dvds=self._dvds(host),
            config_drive=self._config_drive(host, identity),
            network_adapters=tuple(
                evolve(adapter, name=f"nic{number}") for number, adapter in enumerate(self.adapters, 1)
            ),
            notes=self.notes,
            metadata={**self.file.metadata, **dict(self.metadata)},
            hostname=self.file.hostname,
            asset_tag=self.file.asset_tag,
            policy=self.file.policy,
            pci_aliases=self.file.pci_aliases,
            pci_claims=self.file.pci_claims,
            traits=host.traits(traits_needed(image, flavor, facts.version), identity),
        )

    def _flavor(self) -> Flavor:
        return Flavor(
            self.file.vcpus if self.vcpus is None else self.vcpus,
            self.file.memory_mb if self.memory_mb is None else self.memory_mb,
            self.file.root_gb,
            {**self.file.extra_specs, **dict(self.extra_specs)},
        )

    def _root_disk(self, host: Host) -> tuple[DiskRequest, ...]:
        if self.image is None:
            return ()
        path = on_host(host, self.image)
        virtual_size_bytes = host.disks.inspect(str(path)).size_bytes
        source = FromImage(str(path), _format(path), virtual_size_bytes)
        return (DiskRequest("root", source, size_bytes=self.image_disk_bytes, boot_index=0),)

    def _blank_disks(self) -> tuple[DiskRequest, ...]:
        """Those of the command line; else, where there is no image to copy, one of the flavor's size."""
        first = 1 if self.image is None else 2
        sizes = self.disk_bytes
        if not sizes and self.image is None and self.file.root_gb:
            sizes = (self.file.root_gb * _GIB,)
        return tuple(
            DiskRequest(f"disk{number}", BlankDisk(), size_bytes=size_bytes)
            for number, size_bytes in enumerate(sizes, first)
        )

    def _dvds(self, host: Host) -> tuple[DvdRequest, ...]:
        """An ISO is booted from where there is no image, which is how systems are installed."""
        if self.iso is None:
            return ()
        boot_index = 0 if self.image is None else 1
        return (DvdRequest("dvd", str(on_host(host, self.iso)), boot_index=boot_index),)

    def _config_drive(self, host: Host, identity: UUID) -> DriveRequest | None:
        if self.config_drive is None:
            return None
        if self.config_drive.is_folder:
            path = self.config_drive.place(host.layout.machine(identity))
        else:
            path = on_host(host, self.config_drive.name)
        if path.suffix.lower() == ".iso":
            return DvdRequest("config", str(path))
        return DiskRequest("config", ExistingDisk(str(path), _format(path)))


def _format(path: WindowsPath) -> DiskFormat:
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in tuple(DiskFormat):
        raise InvalidInputError("This is no disk: its name ends in neither .vhd nor .vhdx.", target=str(path))
    return DiskFormat(suffix)
