"""What a virtual machine consists of: its own settings and those of its devices. Snapshots have one too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, field

from openhyperv.emulator.host.identities import setting_id, settings_id
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.shielding.protection import Protection
from openhyperv.wire.types import Value


@define(eq=False)
class Configuration:
    """The settings of one VM or snapshot. ``owner`` is the GUID in all their InstanceIDs.

    ``boot_tails`` lists the tails of the devices that generation 2 firmware tries, in order.
    """

    owner: str
    defaults: Mapping[str, Value]
    values: dict[str, Value] = field(factory=dict)
    security: dict[str, Value] = field(factory=dict)
    protection: Protection = field(factory=Protection)
    boot_tails: list[str] = field(factory=list)
    _resources: dict[str, Resource] = field(factory=dict)
    _features: dict[str, Feature] = field(factory=dict)

    @property
    def instance_id(self) -> str:
        """The InstanceID of its Msvm_VirtualSystemSettingData."""
        return settings_id(self.owner)

    @property
    def generation(self) -> int:
        """1 or 2."""
        return 2 if self.text("VirtualSystemSubType").endswith(":2") else 1

    @property
    def is_shielded(self) -> bool:
        """True where the host's operators are locked out."""
        return self.security.get("ShieldingRequested") is True

    @property
    def name(self) -> str:
        """The display name."""
        return self.text("ElementName")

    def value(self, name: str) -> Value:
        """A property of the system settings, spelled as the schema does; None where it is NULL."""
        return self.values[name] if name in self.values else self.defaults.get(name)

    def text(self, name: str) -> str:
        """A string property, empty where it is NULL."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def id_of(self, setting: Resource | Feature) -> str:
        """The InstanceID of one of its settings."""
        return setting_id(self.owner, setting.tail)

    def resources(self) -> Iterator[Resource]:
        """Every device's setting, in the order of their creation."""
        return iter(list(self._resources.values()))

    def features(self) -> Iterator[Feature]:
        """Every feature of every connection."""
        return iter(list(self._features.values()))

    def resource(self, tail: str) -> Resource | None:
        """The device's setting with that tail, in any case of letters."""
        return self._resources.get(tail.lower())

    def feature(self, tail: str) -> Feature | None:
        """The feature with that tail, in any case of letters."""
        return self._features.get(tail.lower())

    def of_class(self, class_name: str) -> Iterator[Resource]:
        """The settings of one class."""
        return (r for r in self.resources() if r.class_name == class_name)

    def children(self, parent: Resource) -> Iterator[Resource]:
        """What hangs on a device directly: drives on a controller, the medium in a drive, a connection."""
        return (r for r in self.resources() if parent_tail(r) == parent.tail.lower())

    def features_of(self, connection: Resource) -> Iterator[Feature]:
        """The features of a connection."""
        prefix = connection.tail.lower() + "\\"
        return (f for f in self.features() if f.tail.lower().startswith(prefix))

    def add(self, resource: Resource) -> None:
        """Take in a device's setting; a bootable one goes to the end of the boot order."""
        self._resources[resource.tail.lower()] = resource
        if is_bootable(resource):
            self.boot_tails.append(resource.tail)

    def add_feature(self, feature: Feature) -> None:
        """Take in a feature."""
        self._features[feature.tail.lower()] = feature

    def remove(self, resource: Resource) -> None:
        """Drop a device's setting and the features below it."""
        del self._resources[resource.tail.lower()]
        for feature in list(self.features_of(resource)):
            self.remove_feature(feature)
        self.boot_tails = [tail for tail in self.boot_tails if tail != resource.tail]

    def remove_feature(self, feature: Feature) -> None:
        """Drop a feature."""
        del self._features[feature.tail.lower()]

    def set_boot_order(self, tails: list[str]) -> None:
        """Try these devices first, in this order, as far as they can be booted from; the others follow."""
        own = {tail.lower(): tail for tail in self.boot_tails}
        named = [own[tail.lower()] for tail in tails if tail.lower() in own]
        self.boot_tails = [*named, *(tail for tail in self.boot_tails if tail not in named)]

    def copy(self, owner: str) -> Configuration:
        """An independent copy under another GUID."""
        return Configuration(
            owner,
            self.defaults,
            dict(self.values),
            dict(self.security),
            self.protection,
            list(self.boot_tails),
            {key: resource.copy() for key, resource in self._resources.items()},
            {key: feature.copy() for key, feature in self._features.items()},
        )


def parent_tail(resource: Resource) -> str:
    """The tail of the device that a device hangs on, lower case; empty where it hangs on none.

    It follows from the tail itself: ``CONTROLLER\\0\\SLOT\\D`` hangs on ``CONTROLLER\\0``, ``...\\L`` in
    ``...\\D``, ``NIC\\C`` on ``NIC``.
    """
    stem, _, last = resource.tail.lower().rpartition("\\")
    if last == "l":
        return stem + "\\d"
    if last == "d":
        return stem.rpartition("\\")[0]
    return stem if last == "c" else ""


def is_bootable(resource: Resource) -> bool:
    """True for what generation 2 firmware lists as a boot source: drives and synthetic network cards."""
    return resource.tail.upper().endswith("\\D") or resource.kind.resource_type == 10
