"""Features of virtual switches and of their own ports: methods of the switch management service."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import text_of
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.connections import PORT_SETTING
from openhyperv.emulator.host.switches.feature_editing import add_feature, modify_feature
from openhyperv.emulator.host.switches.feature_kind import BadFeature
from openhyperv.emulator.host.switches.guarantees import GuaranteeRefused, check_guarantees
from openhyperv.emulator.host.switches.switch import Switch, Switches
from openhyperv.emulator.host.switches.switch_features import check_switch_feature
from openhyperv.emulator.providers.machines.define import read_settings
from openhyperv.emulator.providers.services.services import SWITCH_MANAGEMENT
from openhyperv.emulator.providers.switches.changes import SwitchChanges, referred_ids
from openhyperv.emulator.providers.switches.guarantee_jobs import refused_guarantee
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_SERVICE = SWITCH_MANAGEMENT.class_name
_FEATURE = "Msvm_FeatureSettingData"


class SwitchFeatureServiceProvider:
    """Changes take effect at once. Features of machines' connections belong to another service."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches
        self._changes = SwitchChanges(host, switches)

    @method(_SERVICE, "AddFeatureSettings")
    def add_feature_settings(self, call: Call) -> Result:
        """Add features to a switch, or to one of its own ports; all or none."""
        switch, tail = self._place(call["AffectedConfiguration"])
        settings = read_settings(self._host, call["FeatureSettings"], _FEATURE)
        try:
            with self._changes.changing(switch) as configuration:
                port = _port(configuration, tail) if tail else None
                added = [
                    add_feature(configuration, port, setting, self._host.profile, self._host.templates)
                    for setting in settings
                ]
                self._check(switch, configuration, added)
        except GuaranteeRefused as refused:
            return self._refused(switch, refused)
        return self._resulting(switch, added)

    @method(_SERVICE, "ModifyFeatureSettings")
    def modify_feature_settings(self, call: Call) -> Result:
        """Change features: only what has a value."""
        settings = read_settings(self._host, call["FeatureSettings"], _FEATURE)
        switch = self._changes.common([text_of(setting, "InstanceID") for setting in settings])
        try:
            with self._changes.changing(switch) as configuration:
                ids = [text_of(setting, "InstanceID") for setting in settings]
                features = [self._feature(configuration, instance_id) for instance_id in ids]
                for feature, setting in zip(features, settings, strict=True):
                    modify_feature(configuration, feature, setting)
                self._check(switch, configuration, features)
        except GuaranteeRefused as refused:
            return self._refused(switch, refused)
        return self._resulting(switch, features)

    @method(_SERVICE, "RemoveFeatureSettings")
    def remove_feature_settings(self, call: Call) -> Result:
        """Remove features."""
        ids = referred_ids(call["FeatureSettings"])
        switch = self._changes.common(ids)
        with self._changes.changing(switch) as configuration:
            for instance_id in ids:
                configuration.remove_feature(self._feature(configuration, instance_id))
        return Result(Code.COMPLETED)

    def _check(self, switch: Switch, configuration: Configuration, features: Sequence[Feature]) -> None:
        mode = self._switches.bandwidth_mode_of(switch.guid)
        try:
            for feature in features:
                check_switch_feature(feature, configuration, mode)
        except BadFeature as error:
            raise MethodFailure(Code.INVALID_PARAMETER, str(error)) from error
        check_guarantees(features, mode)

    def _place(self, reference: Value) -> tuple[Switch, str]:
        """The switch, and the tail of its port where the reference means one."""
        if isinstance(reference, ObjectPath) and reference.class_name.lower() == PORT_SETTING.lower():
            found = self._switches.locate(str(reference.key("InstanceID")))
            if found is not None:
                return found
        return self._changes.wanted(reference), ""

    def _feature(self, configuration: Configuration, instance_id: str) -> Feature:
        _, tail = self._switches.locate(instance_id) or (None, "")
        feature = configuration.feature(tail)
        if feature is None:
            raise MethodFailure(Code.INVALID_PARAMETER, f"There is no feature {instance_id}.")
        return feature

    def _refused(self, switch: Switch, refused: GuaranteeRefused) -> Result:
        return refused_guarantee(
            self._host, switch.path, switch.name, JobType.MODIFY_SWITCH_RESOURCES, refused
        )

    def _resulting(self, switch: Switch, features: list[Feature]) -> Result:
        paths = [self._host.views.path(switch.configuration, feature) for feature in features]
        return Result(Code.COMPLETED, {"ResultingFeatureSettings": paths})


def _port(configuration: Configuration, tail: str) -> Resource:
    port = configuration.resource(tail)
    if port is None:
        raise MethodFailure(Code.INVALID_PARAMETER, "There is no such port.")
    return port
