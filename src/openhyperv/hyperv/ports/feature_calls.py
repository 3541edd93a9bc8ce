"""The calls that add, change and remove what a port is; each takes any number of settings at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import setting
from openhyperv.hyperv.ports.changes import FeatureChanges
from openhyperv.hyperv.values import text
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


@frozen
class FeatureCalls:
    """To the service that a port belongs to, by the settings of its cable; errors name ``target``."""

    _session: Session
    _service: ObjectPath
    _cable: ObjectPath
    _target: str

    def change(self, changes: FeatureChanges) -> None:
        """All of it, in as few calls as there are kinds of change."""
        self._remove((*changes.closing, *changes.opening))
        self._modify(changes.modified)
        self._add(changes.added)

    def change_in_use(self, changes: FeatureChanges) -> None:
        """The same so that at no moment more passes than before or afterwards."""
        self._remove(changes.closing)
        self._modify(changes.modified)
        self._add(changes.added)
        self._remove(changes.opening)

    def _remove(self, features: Sequence[Instance]) -> None:
        if features:
            paths: list[ObjectPath] = [setting(f.class_name, text(f, "InstanceID")) for f in features]
            self._run("RemoveFeatureSettings", {"FeatureSettings": paths})

    def _modify(self, features: Sequence[Instance]) -> None:
        if features:
            self._run("ModifyFeatureSettings", {"FeatureSettings": self._texts(features)})

    def _add(self, features: Sequence[Instance]) -> None:
        if features:
            arguments: dict[str, Value] = {
                "AffectedConfiguration": self._cable,
                "FeatureSettings": self._texts(features),
            }
            self._run("AddFeatureSettings", arguments)

    def _run(self, method: str, arguments: Mapping[str, Value]) -> None:
        self._session.run(self._service, method, arguments, target=self._target)

    def _texts(self, instances: Sequence[Instance]) -> list[str]:
        return [instance_to_text(instance, self._session.schema) for instance in instances]
