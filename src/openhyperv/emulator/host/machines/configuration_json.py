"""A configuration as JSON: what the host keeps, and what exported definition files hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from openhyperv.emulator.host.defaults import find_feature, find_kind
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.shielding.protection import Protection
from openhyperv.emulator.host.templates import Templates
from openhyperv.wire.types import Value

Json = dict[str, Any]


class ConfigurationReader:
    """Reads configurations for one release; values that a release gives by default are not in the JSON."""

    def __init__(self, profile: Profile, templates: Templates) -> None:
        self._profile = profile
        self._templates = templates

    def read(self, data: Json) -> Configuration:
        """The configuration.

        :raises UnknownResource: a device that this release does not have
        """
        configuration = Configuration(
            owner=data["owner"],
            defaults=self._templates.system(data["generation"]),
            values=_values_from_json(data["values"]),
            security=_values_from_json(data["security"]),
            protection=_protection_from_json(data),
        )
        for entry in data["resources"]:
            configuration.add(self._resource(entry))
        for entry in data["features"]:
            configuration.add_feature(self._feature(entry))
        configuration.set_boot_order(data["boot"])
        return configuration

    def _resource(self, entry: Json) -> Resource:
        kind = find_kind(entry["type"], entry["sub_type"], self._profile)
        return self._templates.resource(kind, entry["tail"], _values_from_json(entry["values"]))

    def _feature(self, entry: Json) -> Feature:
        kind = find_feature(entry["class"], self._profile)
        return self._templates.feature(kind, entry["tail"], _values_from_json(entry["values"]))


def configuration_to_json(configuration: Configuration) -> Json:
    """What :meth:`ConfigurationReader.read` makes the same configuration of."""
    return {
        "owner": configuration.owner,
        "generation": configuration.generation,
        "values": _values_to_json(configuration.values),
        "security": _values_to_json(configuration.security),
        **_protection_to_json(configuration.protection),
        "boot": configuration.boot_tails,
        "resources": [
            {
                "type": r.kind.resource_type,
                "sub_type": r.kind.sub_type,
                "tail": r.tail,
                "values": _values_to_json(r.values),
            }
            for r in configuration.resources()
        ],
        "features": [
            {"class": f.class_name, "tail": f.tail, "values": _values_to_json(f.values)}
            for f in configuration.features()
        ],
    }


def _values_to_json(values: Mapping[str, Value]) -> Json:
    return {name: _to_json(value) for name, value in values.items()}


def _to_json(value: Value) -> object:
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return value


def _values_from_json(values: Json) -> dict[str, Value]:
    return {name: _from_json(value) for name, value in values.items()}


def _from_json(stored: Any) -> Value:
    if not isinstance(stored, dict):
        value: Value = stored
        return value
    if "time" in stored:
        return datetime.fromisoformat(stored["time"])
    return timedelta(seconds=stored["seconds"])


def _protection_to_json(protection: Protection) -> Json:
    return {
        "key_protector": protection.key_protector.hex(),
        "last_good_key_protector": protection.last_good_key_protector.hex(),
        "security_policy": protection.policy.hex(),
    }


def _protection_from_json(data: Json) -> Protection:
    names = ("key_protector", "last_good_key_protector", "security_policy")
    return Protection(*(bytes.fromhex(data.get(name, "")) for name in names))
