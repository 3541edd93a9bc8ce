"""One look at a host before a machine is created: machines that may be in the way, and the switches it needs.

The settings of both are of classes below CIM_VirtualSystemSettingData, so that one query tells of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.names import is_guid, owner_of
from openhyperv.hyperv.switches.finding import only_switch
from openhyperv.hyperv.switches.promises import demand_promise
from openhyperv.hyperv.values import text
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import Condition, equal, select

_SETTINGS = "CIM_VirtualSystemSettingData"
_COLUMNS = ("InstanceID", "ElementName", "Notes", "ConfigurationDataRoot", "VirtualSystemType")
_MACHINES = "Microsoft:Hyper-V:"
_REALIZED = "Microsoft:Hyper-V:System:Realized"
"""VirtualSystemType of machines that are neither planned nor checkpoints."""


@frozen
class Look:
    """``machines`` are the settings of those of the name or in the folder; ``switches`` are paths by name."""

    machines: tuple[Instance, ...]
    switches: dict[str, ObjectPath]


def look(session: Session, spec: MachineSpec, folder: WindowsPath) -> Look:
    """Ask once for all.

    :raises NotFoundError: the host has no such switch
    :raises ConflictError: several have that name
    :raises BrokenRuleError: a switch cannot promise an adapter its bandwidth
    """
    names = {adapter.switch for adapter in spec.network_adapters if adapter.switch is not None}
    by_name = sorted(name for name in names if not is_guid(name))
    conditions: list[Condition] = [equal("ConfigurationDataRoot", str(folder))]
    conditions += [equal("ElementName", name) for name in (spec.name, *by_name)]
    rows = list(session.query(select(_SETTINGS, *_COLUMNS).where(reduce(or_, conditions))))
    switches = _switches(session, names, rows)
    for adapter in spec.network_adapters:
        if adapter.switch is not None:
            demand_promise(session, switches[adapter.switch], adapter.bandwidth)
    return Look(tuple(row for row in rows if _type(row) == _REALIZED), switches)


def _switches(session: Session, names: Iterable[str], rows: Sequence[Instance]) -> dict[str, ObjectPath]:
    # UNVERIFIED: the settings of a switch have its GUID in their InstanceID, as those of machines have theirs
    guids = [
        (text(row, "ElementName").lower(), owner_of(text(row, "InstanceID")))
        for row in rows
        if not _type(row).startswith(_MACHINES)
    ]
    return {
        name: only_switch(session, name, [guid for called, guid in guids if called == name.lower()])
        for name in names
    }


def _type(row: Instance) -> str:
    return text(row, "VirtualSystemType")
