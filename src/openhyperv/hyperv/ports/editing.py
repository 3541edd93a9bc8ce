"""Looking at a port, and changing parts of what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from attrs import fields

from openhyperv.cim.session import Session
from openhyperv.hyperv.facts import host_version
from openhyperv.hyperv.ports.binding import Binding, look_at_port
from openhyperv.hyperv.ports.changes import FeatureChanges, feature_changes, setting_changes
from openhyperv.hyperv.ports.finding import find_port
from openhyperv.hyperv.ports.port_state import PortState, port_state
from openhyperv.hyperv.ports.whole_port import wanted_settings
from openhyperv.hyperv.switches.finding import find_switch, switch_path
from openhyperv.hyperv.switches.promises import demand_promise
from openhyperv.machine.port import PortSettings
from openhyperv.machine.rules.port_hardware import check_port_release, needs_2016
from openhyperv.machine.rules.ports import check_settings
from openhyperv.machine.rules.vlans import check_vlan
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

PortEdit: TypeAlias = Callable[[PortSettings], PortSettings]


def read_state(session: Session, adapter: str) -> PortState:
    """The port of an adapter, as :meth:`.HostSwitches.port` promises."""
    port, present = look_at_port(session, adapter)
    return port_state(port.adapter_id, port.switch_guid, present)


def change_port(session: Session, adapter: str, edit: PortEdit, switch: str | None) -> None:
    """Change an adapter's port, as :meth:`.HostSwitches.change_port` promises."""
    target = None if switch is None else find_switch(session, switch)
    port, present = look_at_port(session, adapter)
    if target is None and port.switch_guid is not None:
        target = switch_path(port.switch_guid)
    moves = target is not None and str(target.key("Name")).upper() != port.switch_guid
    changes = edited(session, present, edit, target, moves=moves)
    Binding(session, port).run(target, changes)


def edited(
    session: Session,
    present: Sequence[Instance],
    edit: PortEdit,
    switch: ObjectPath | None,
    *,
    moves: bool = False,
) -> FeatureChanges:
    """What makes a port with the present settings one as edited; rules that stay as they are stay.

    It is at the switch, or ``moves`` there.

    :raises BrokenRuleError: no port can be like that
    :raises UnsupportedError: the host is too old for it
    """
    before = port_state("", None, present).settings
    wanted = edit(before)
    _check(session, _differing(before, wanted), wanted)
    if switch is not None and (moves or wanted.bandwidth != before.bandwidth):
        demand_promise(session, switch, wanted.bandwidth)
    if wanted.rules == before.rules:
        return setting_changes(present, list(wanted_settings(wanted)))
    return feature_changes(present, wanted)


def unplug_port(session: Session, adapter: str) -> None:
    """Pull an adapter's cable out of its switch; what its port was stays."""
    Binding(session, find_port(session, adapter)).unplug()


def _differing(before: PortSettings, wanted: PortSettings) -> PortSettings:
    """What is wanted otherwise than it is: what somebody else made of the port is not judged here."""
    changed = {
        each.name: getattr(wanted, each.name)
        for each in fields(PortSettings)
        if getattr(wanted, each.name) != getattr(before, each.name)
    }
    return PortSettings(**changed)


def _check(session: Session, changed: PortSettings, wanted: PortSettings) -> None:
    check_settings(changed)
    if changed.vlan is not None or changed.isolation is not None:
        check_vlan(wanted.vlan, wanted.isolation)
    if needs_2016(changed):
        check_port_release(changed, host_version(session))
