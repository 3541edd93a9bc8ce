"""An instance's config drive: Nova's metadata as a disc or disk of its machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nova.conf
from attrs import frozen
from nova.api.metadata.base import InstanceMetadata
from nova.network.model import NetworkInfo
from nova.objects.instance import Instance
from nova.virt import configdrive

from openhyperv.files.config_drive import build_config_drive
from openhyperv.files.images.info import ImageFormat
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.creation.upload import Upload
from openhyperv.machine.drives import DiskFormat, ExistingDisk
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest

CONF = nova.conf.CONF
_NAME = "config"


@frozen
class Injected:
    """What a user had put into the instance; the password goes nowhere unless an option says so."""

    files: Sequence[tuple[str, str]] = ()
    admin_password: str | None = None

    def extra_metadata(self) -> dict[str, str]:
        """The password, if the operator wants it on config drives."""
        if self.admin_password and CONF.openhyperv.config_drive_inject_password:
            return {"admin_pass": self.admin_password}
        return {}


def is_wanted(instance: Instance) -> bool:
    """True where the instance, its image or the operator asks for a config drive."""
    return bool(configdrive.required_by(instance))


def config_drive_of(instance: Instance, folder: WindowsPath) -> DriveRequest | None:
    """The drive in an instance's machine whose files are in ``folder``."""
    if not is_wanted(instance):
        return None
    path = _path(folder)
    if _format() is ImageFormat.ISO:
        return DvdRequest(_NAME, str(path))
    return DiskRequest(_NAME, ExistingDisk(str(path), DiskFormat(_format().value)))


@contextmanager
def built_config_drive(
    instance: Instance, folder: WindowsPath, network_info: NetworkInfo | None, injected: Injected
) -> Iterator[list[Upload]]:
    """The drive's file, for as long as the block lasts; none where none is wanted."""
    if not is_wanted(instance):
        yield []
        return
    with TemporaryDirectory(prefix="openhyperv-config-") as scratch:
        content, target = Path(scratch) / "content", _path(folder)
        _write(content, instance, network_info, injected)
        source = Path(scratch) / target.name
        build_config_drive(content, source, _format())
        yield [Upload(source, target)]


def _write(content: Path, instance: Instance, network_info: NetworkInfo | None, injected: Injected) -> None:
    metadata = InstanceMetadata(
        instance,
        content=injected.files,
        extra_md=injected.extra_metadata(),
        network_info=network_info,
    )
    for name, data in metadata.metadata_for_config_drive():
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)


def _format() -> ImageFormat:
    return ImageFormat.ISO if CONF.openhyperv.config_drive_type == "iso" else ImageFormat.VHDX


def _path(folder: WindowsPath) -> WindowsPath:
    return folder / f"{_NAME}.{_format().value}"
