"""The boot list of generation 2 that a specification wants, of the devices that a machine has. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openhyperv.hyperv import settings
from openhyperv.hyperv.values import texts
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import Slot
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import parse_path


def listed(system: Instance) -> list[str]:
    """The keys of the entries that the firmware has now, in its order."""
    return [str(parse_path(path).key("InstanceID")) for path in texts(system, "BootSourceOrder")]


def boot_list(
    order: UefiBoot, drives: Mapping[Slot, str], adapters: Mapping[str, str], present: Sequence[str]
) -> list[str] | None:
    """The entries' paths: those of the order as far as there is such a device, then what else is there.

    None where the list is so already.
    """
    devices = [drives.get(each) if isinstance(each, Slot) else adapters.get(each) for each in order.devices]
    wanted = [settings.boot_source_id(device) for device in devices if device is not None]
    asked = {each.upper() for each in wanted}
    wanted += [each for each in present if each.upper() not in asked]
    if [each.upper() for each in wanted] == [each.upper() for each in present]:
        return None
    return [settings.boot_source_path(each) for each in wanted]
