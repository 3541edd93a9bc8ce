"""The networks over which a host lets machines migrate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    links,
    lookup,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import new_guid, setting_id, setting_path
from openhyperv.emulator.host.incoming import read_setting, text_of
from openhyperv.emulator.host.windows.migration_settings import (
    MigrationNetwork,
    MigrationSettings,
    save_migration_settings,
)
from openhyperv.emulator.providers.links import link
from openhyperv.emulator.providers.machines.finding import text_key
from openhyperv.emulator.providers.migration.service import SETTINGS
from openhyperv.emulator.providers.services.services import MIGRATION
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_NETWORK = "Msvm_VirtualSystemMigrationNetworkSettingData"
_COMPONENT = "Msvm_VirtualSystemMigrationServiceSettingDataComponent"


class MigrationNetworkProvider:
    """Each method changes all networks that it is given or none; synchronous."""

    def __init__(self, host: Host, settings: MigrationSettings, file: Path) -> None:
        self._host = host
        self._settings = settings
        self._file = file

    @instances_of(_NETWORK)
    def networks(self) -> Iterator[Instance]:
        """All of them."""
        return (_instance(network) for network in self._settings.networks)

    @lookup(_NETWORK)
    def network(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        network = self._settings.find(text_key(path, "InstanceID"))
        return _instance(network) if network else None

    @links(_COMPONENT)
    def components(self, end: ObjectPath) -> Iterator[Instance]:
        """Between the service's settings and each network."""
        whole = SETTINGS.path(self._host)
        for network in self._settings.networks:
            if end in (whole, _path(network)):
                yield link(_COMPONENT, {"GroupComponent": whole, "PartComponent": _path(network)})

    @method(MIGRATION.class_name, "AddNetworkSettings")
    def add(self, call: Call) -> Result:
        """More networks."""
        new = [_network(_identity(self._host), setting) for setting in self._given(call)]
        return self._keep([*self._settings.networks, *new])

    @method(MIGRATION.class_name, "ModifyNetworkSettings")
    def modify(self, call: Call) -> Result:
        """Networks as they are to be from now on, by InstanceID."""
        changed = {}
        for setting in self._given(call):
            known = self._known(text_of(setting, "InstanceID"))
            changed[known.identity] = _network(known.identity, {**_instance(known), **setting})
        return self._keep([changed.get(n.identity, n) for n in self._settings.networks])

    @method(MIGRATION.class_name, "RemoveNetworkSettings")
    def remove(self, call: Call) -> Result:
        """Fewer networks."""
        given = call["NetworkSettings"]
        paths = [p for p in given if isinstance(p, ObjectPath)] if isinstance(given, list | tuple) else []
        gone = [self._known(text_key(path, "InstanceID")) for path in paths]
        return self._keep([network for network in self._settings.networks if network not in gone])

    def _given(self, call: Call) -> Sequence[Instance]:
        texts = call["NetworkSettings"]
        if not isinstance(texts, list | tuple) or not texts:
            raise MethodFailure(Code.INVALID_PARAMETER, "NetworkSettings is empty.")
        return [read_setting(text, _NETWORK, self._host.schema) for text in texts]

    def _known(self, instance_id: str) -> MigrationNetwork:
        network = self._settings.find(instance_id)
        if network is None:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{instance_id!r} is no migration network.")
        return network

    def _keep(self, networks: list[MigrationNetwork]) -> Result:
        self._settings.networks = networks
        save_migration_settings(self._file, self._settings)
        return Result(Code.COMPLETED)


def _identity(host: Host) -> str:
    return setting_id(host.name, new_guid())  # UNVERIFIED: the InstanceID of a migration network


def _network(identity: str, values: Mapping[str, Value]) -> MigrationNetwork:
    """The network that a setting describes.

    :raises MethodFailure: 32773, it is no subnet
    """
    subnet, length, metric = (values.get(n) for n in ("SubnetNumber", "PrefixLength", "Metric"))
    try:
        ip_network(f"{subnet}/{length}")
    except ValueError as error:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{subnet}/{length} is no subnet.") from error
    tags = values.get("Tags")
    return MigrationNetwork(
        identity,
        str(subnet),
        length if isinstance(length, int) else 0,
        metric if isinstance(metric, int) else 0,
        [str(tag) for tag in tags] if isinstance(tags, list) else [],
    )


def _path(network: MigrationNetwork) -> ObjectPath:
    return setting_path(_NETWORK, network.identity)


def _instance(network: MigrationNetwork) -> Instance:
    values: dict[str, Value] = {
        "InstanceID": network.identity,
        "SubnetNumber": network.subnet,
        "PrefixLength": network.prefix_length,
        "Metric": network.metric,
        "Tags": list(network.tags),
    }
    return Instance(_NETWORK, values, path=_path(network))
