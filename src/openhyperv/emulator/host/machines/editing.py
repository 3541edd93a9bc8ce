"""Adding and changing the devices of a configuration. Nothing here touches a host, a guest or a file."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from openhyperv.emulator.cimom.faults import failed
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.identities import split_id
from openhyperv.emulator.host.incoming import text_of
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.kinds import kind_of
from openhyperv.emulator.host.machines.placement import DISPLAYS, NICS, place
from openhyperv.emulator.host.machines.resource_kind import ResourceKind
from openhyperv.emulator.host.machines.rules import check_resource
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.features import OFFLOAD
from openhyperv.emulator.host.switches.guarantees import GuaranteeRefused, check_connection
from openhyperv.emulator.host.switches.names import SwitchNames
from openhyperv.emulator.host.switches.network import check_nic, connect
from openhyperv.emulator.host.templates import Templates
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_NOT_TAKEN_OVER = frozenset(
    {"InstanceID", "Parent", "ResourceType", "ResourceSubType", "VirtualSystemIdentifiers"}
)
_OWN_NAMES = {resources.PHYSICAL_DISK_DRIVE.name: _NOT_TAKEN_OVER | {"ElementName"}}
"""Recorded: the name that is given with a new pass-through disk gets lost; a later change is kept."""
_ADDED_FIRST = {6: 0, 10: 0, 17: 1, 16: 1, 14: 1}
"""Order of adding by ResourceType: what devices hang on comes before them; everything else is last."""


@define(eq=False)
class Editor:
    """Edits one configuration. On a refusal the caller throws the configuration away.

    ``defines`` is true while the VM is being defined: then settings of default devices are changed rather
    than added, and a Parent may name them under any owner's GUID.
    """

    configuration: Configuration
    profile: Profile
    templates: Templates
    switches: SwitchNames
    defines: bool = False
    _aliases: dict[str, str] = field(factory=dict)
    _merged: set[str] = field(factory=set)

    def add(self, settings: Sequence[Instance]) -> list[Resource]:
        """Add all devices, parents before children whatever their order; returns them in the given order.

        :raises MethodFailure: one of them cannot be added
        """
        kinds = [kind_of(setting, self.profile) for setting in settings]
        known = list(self.configuration.boot_tails)
        order = sorted(range(len(settings)), key=lambda i: _ADDED_FIRST.get(kinds[i].resource_type, 2))
        added = {i: self._add(kinds[i], settings[i]) for i in order}
        for resource in added.values():
            check_resource(resource, self.configuration, self.profile)
        given = [added[i] for i in range(len(settings))]
        self.configuration.set_boot_order([*known, *(resource.tail for resource in given)])
        return given

    def _add(self, kind: ResourceKind, setting: Instance) -> Resource:
        existing = self._default_device(kind, setting) if self.defines else None
        resource = existing or self._place(kind, setting)
        own = _OWN_NAMES.get(kind.name, _NOT_TAKEN_OVER)
        resource.update({n: v for n, v in setting.items() if n not in own and v is not None})
        if existing is None:
            self._finish(resource)
            self.configuration.add(resource)
            self._add_fixed_features(resource)
        if alias := text_of(setting, "InstanceID"):
            self._aliases[alias.lower()] = resource.tail
        return resource

    def _add_fixed_features(self, resource: Resource) -> None:
        """Every connection has offload settings, which clients change rather than add."""
        if resource.kind is resources.ETHERNET_CONNECTION:
            tail = OFFLOAD.new_tail(resource.tail)
            self.configuration.add_feature(self.templates.feature(OFFLOAD, tail))

    def _default_device(self, kind: ResourceKind, setting: Instance) -> Resource | None:
        """The default device that a setting given to DefineSystem is about, if any."""
        _, tail = split_id(text_of(setting, "InstanceID")) or ("", "")
        named = self.configuration.resource(tail) if tail else None
        # UNVERIFIED: without an InstanceID the first setting of a kind means the first such device
        candidates = [named] if named else list(self.configuration.resources())
        for resource in candidates:
            if resource.kind is kind and resource.tail not in self._merged and not _is_addable(kind):
                self._merged.add(resource.tail)
                return resource
        return None

    def _place(self, kind: ResourceKind, setting: Instance) -> Resource:
        placement = place(kind, setting, self.configuration, self._tail_of, self.profile)
        own: dict[str, Value] = {}
        if placement.slot is not None:
            own["AddressOnParent"] = str(placement.slot)
        if kind in _WITH_IDENTIFIERS:
            own["VirtualSystemIdentifiers"] = [f"{{{placement.tail.partition(chr(92))[0]}}}"]
        return self.templates.resource(kind, placement.tail, own)

    def _tail_of(self, instance_id: str) -> str:
        """The tail in this configuration that a Parent's InstanceID means; empty if it means nothing."""
        if instance_id.lower() in self._aliases:
            return self._aliases[instance_id.lower()]
        owner, tail = split_id(instance_id) or ("", "")
        # UNVERIFIED: in DefineSystem, whose VM has no GUID yet, any owner stands for the new VM
        return tail if self.defines or owner.lower() == self.configuration.owner.lower() else ""

    def modify(self, resource: Resource, setting: Instance) -> None:
        """Change a device's setting: only what has a value in ``setting``.

        :raises MethodFailure: the values do not go together
        """
        resource.update({n: v for n, v in setting.items() if n not in _NOT_TAKEN_OVER and v is not None})
        self._finish(resource)
        check_resource(resource, self.configuration, self.profile)

    def _finish(self, resource: Resource) -> None:
        if resource.kind.name in NICS:
            check_nic(resource)
        elif resource.kind is resources.ETHERNET_CONNECTION:
            connect(resource, self.configuration, self.switches)
            self._check_guarantees(resource)

    def _check_guarantees(self, connection: Resource) -> None:
        try:
            check_connection(connection, self.configuration, self.switches)
        except GuaranteeRefused as refused:
            # UNVERIFIED: the code for connecting a port to a switch that cannot keep its bandwidth settings
            raise MethodFailure(Code.INVALID_PARAMETER, str(refused)) from refused

    def remove(self, removed: Sequence[Resource]) -> list[Resource]:
        """Remove devices; a network adapter takes its connection along. Returns all that went.

        :raises MethodFailure: a device that the VM cannot lose
        :raises CimFault: a controller with drives, a drive with a medium: real hosts answer with a fault
        """
        gone: list[Resource] = []
        wanted = {resource.tail for resource in removed}
        for resource in sorted(removed, key=lambda r: -r.tail.count("\\")):
            if not _is_addable(resource.kind) and resource.kind not in DISPLAYS:
                raise MethodFailure(Code.INVALID_PARAMETER, f"{resource.kind.name} cannot be removed.")
            children = [c for c in self.configuration.children(resource) if c.tail not in wanted]
            if children and resource.kind.name not in NICS:
                raise failed(f"{resource.kind.name} still holds {children[0].kind.name}.")
            for going in (*children, resource):
                self.configuration.remove(going)
                gone.append(going)
        return gone


_WITH_IDENTIFIERS = (
    resources.SCSI_CONTROLLER,
    resources.SYNTHETIC_NIC,
    resources.EMULATED_NIC,
    resources.PCI_EXPRESS_PORT,
    resources.GPU_PARTITION,
)
"""Kinds whose devices have a GUID of their own, which the guest sees."""
_ADDABLE = frozenset(
    kind.name
    for kind in (
        resources.SCSI_CONTROLLER,
        resources.DISK_DRIVE,
        resources.PHYSICAL_DISK_DRIVE,
        resources.DVD_DRIVE,
        resources.HARD_DISK,
        resources.DVD_DISK,
        resources.FLOPPY_DISK,
        resources.SYNTHETIC_NIC,
        resources.EMULATED_NIC,
        resources.ETHERNET_CONNECTION,
        resources.DISPLAY_3D,
        resources.PCI_EXPRESS_PORT,
        resources.GPU_PARTITION,
    )
)


def _is_addable(kind: ResourceKind) -> bool:
    return kind.name in _ADDABLE
