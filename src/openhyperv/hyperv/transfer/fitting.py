"""What is to be different about an imported machine, and the settings that say so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from openhyperv.errors import InvalidInputError, NotFoundError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.values import text, texts
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path

CONNECTION = "Msvm_EthernetPortAllocationSettingData"
_MEDIUM = "Msvm_StorageAllocationSettingData"


@frozen
class Fit:
    """What to put right.

    ``switches`` leads from a switch as the machine knows it, by name or GUID, to one of this host; None
    leaves the adapters unconnected. ``disks`` leads from a file to another; None takes it out of its drive.
    ``drops_missing_checkpoints`` gives up checkpoints that did not come along.
    """

    switches: Mapping[str, str | None] = field(factory=dict)
    disks: Mapping[str, str | None] = field(factory=dict)
    memory_mb: int | None = None
    drops_missing_checkpoints: bool = False


@frozen
class Changes:
    """Settings to be sent, and those of media to be taken out."""

    modified: tuple[Instance, ...] = ()
    removed: tuple[ObjectPath, ...] = ()


def connection_changes(
    devices: Sequence[Instance], switches: Mapping[str, ObjectPath | None]
) -> Iterator[Instance]:
    """Cables that lead to another switch.

    :raises NotFoundError: no adapter is connected to a switch that is to be replaced
    """
    wanted = {name.lower(): path for name, path in switches.items()}
    used: set[str] = set()
    for cable in (device for device in devices if device.class_name == CONNECTION):
        known = next((name for name in _switch_names(cable) if name in wanted), None)
        if known is not None:
            used.add(known)
            path = wanted[known]
            yield changed(cable, HostResource=[] if path is None else [str(path.on("."))])
    _check_all_used(switches, used, "The machine is connected to no such switch.")


def _switch_names(cable: Instance) -> list[str]:
    """The switch's name and GUID, as far as the machine knows them, lower case."""
    names = [text(cable, "LastKnownSwitchName")]
    for resource in texts(cable, "HostResource"):
        try:
            names.append(str(parse_path(resource).key("Name") or ""))
        except InvalidInputError:
            continue
    return [name.lower() for name in names if name]


def medium_changes(
    devices: Sequence[Instance],
    disks: Mapping[str, str | None],
    beside: Sequence[WindowsPath],
    not_ours: WindowsPath | None = None,
) -> Changes:
    """Drives that hold another file, or none.

    A file of which the export has one of the same name is that one: ``beside`` are the export's disks. What
    else lies below ``not_ours`` belongs to another machine, and is taken out.

    :raises NotFoundError: the machine has no file that is to be replaced
    """
    wanted = {file.lower(): new for file, new in disks.items()}
    own = {disk.name.lower(): str(disk) for disk in beside}
    modified, removed, used = [], [], set()
    for medium in (device for device in devices if device.class_name == _MEDIUM):
        file = next(iter(texts(medium, "HostResource")), "")
        used.add(file.lower())
        is_foreign = not_ours is not None and file.lower().startswith(f"{not_ours}\\".lower())
        kept = own.get(file.rpartition("\\")[2].lower(), None if is_foreign else file)
        new = wanted.get(file.lower(), kept)
        if new is None and medium.path is not None:
            removed.append(medium.path)
        elif new is not None and new.lower() != file.lower():
            modified.append(changed(medium, HostResource=[new]))
    _check_all_used(disks, used, "The machine has no such file.")
    return Changes(tuple(modified), tuple(removed))


def merged(changes: Sequence[Instance]) -> tuple[Instance, ...]:
    """One setting for each device, with all that changes about it; what comes later wins."""
    by_device: dict[str, Instance] = {}
    for change in changes:
        key = text(change, "InstanceID").lower()
        by_device[key] = by_device[key].with_values(change) if key in by_device else change
    return tuple(by_device.values())


def changed(device: Instance, **values: list[str] | str | bool) -> Instance:
    """The settings that change some values of a device."""
    return Instance(device.class_name, {"InstanceID": text(device, "InstanceID"), **values})


def _check_all_used(wanted: Mapping[str, object], used: set[str], message: str) -> None:
    for name in wanted:
        if name.lower() not in used:
            raise NotFoundError(message, target=name)
