"""The migration service: what the administrator sets, and why no machine can migrate from here."""

from __future__ import annotations

from ipaddress import ip_interface
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate

SERVICE = "Msvm_VirtualSystemMigrationService"
SETTINGS = "Msvm_VirtualSystemMigrationServiceSettingData"
NETWORK = "Msvm_VirtualSystemMigrationNetworkSettingData"
CHOICES = "Msvm_VirtualSystemMigrationSettingData"


def _change(emulated: Emulated, **values: object) -> int:
    text = emulated.text(SETTINGS, {"InstanceID": "Microsoft:HV1", **values})
    return emulated.call_of(SERVICE, "ModifyServiceSettings", ServiceSettingData=text).return_value


def _networks(emulated: Emulated, method: str, **values: object) -> int:
    text = emulated.text(NETWORK, values)
    return emulated.call_of(SERVICE, method, NetworkSettings=[text]).return_value


def _addresses(emulated: Emulated) -> object:
    (service,) = emulated.all(SERVICE)
    return service["MigrationServiceListenerIPAddressList"]


def _with_addresses(emulated: Emulated, *addresses: str) -> None:
    hardware = emulated.host.hardware
    card = evolve(hardware.adapters[0], addresses=tuple(ip_interface(text) for text in addresses))
    emulated.host.hardware = evolve(hardware, adapters=[card])


def test_migration_is_off_until_it_is_enabled(emulated: Emulated) -> None:
    _with_addresses(emulated, "192.0.2.7/24", "198.51.100.7/24")
    assert _networks(emulated, "AddNetworkSettings", SubnetNumber="192.0.2.0", PrefixLength=24) == 0
    assert _addresses(emulated) == []
    assert _change(emulated, EnableVirtualSystemMigration=True) == 0
    assert _addresses(emulated) == ["192.0.2.7"]


def test_what_is_set_outlasts_a_restart(tmp_path: Path) -> None:
    first = emulate(tmp_path)
    assert _change(first, MaximumActiveVirtualSystemMigration=5, AuthenticationType=1) == 0
    assert _networks(first, "AddNetworkSettings", SubnetNumber="2001:db8::", PrefixLength=64, Metric=3) == 0
    first.host.close()
    second = emulate(tmp_path)
    (settings,), (network,) = second.all(SETTINGS), second.all(NETWORK)
    second.host.close()
    assert (settings["MaximumActiveVirtualSystemMigration"], settings["AuthenticationType"]) == (5, 1)
    assert (network["SubnetNumber"], network["Metric"]) == ("2001:db8::", 3)


def test_networks_are_changed_and_removed(emulated: Emulated) -> None:
    _networks(emulated, "AddNetworkSettings", SubnetNumber="192.0.2.0", PrefixLength=24)
    (network,) = emulated.all(NETWORK)
    (settings,) = emulated.all(SETTINGS)
    assert settings.path is not None
    assert emulated.associated(settings.path, NETWORK) == [network]
    identity = network["InstanceID"]
    assert _networks(emulated, "ModifyNetworkSettings", InstanceID=identity, Metric=9) == 0
    (network,) = emulated.all(NETWORK)
    assert (network["SubnetNumber"], network["Metric"]) == ("192.0.2.0", 9)
    removed = emulated.call_of(SERVICE, "RemoveNetworkSettings", NetworkSettings=[network.path])
    assert removed.return_value == 0
    assert emulated.all(NETWORK) == []


@pytest.mark.parametrize(("subnet", "length"), [("192.0.2.1", 24), ("nowhere", 24), ("192.0.2.0", 40)])
def test_what_is_no_subnet_is_refused(emulated: Emulated, subnet: str, length: int) -> None:
    refused = _networks(emulated, "AddNetworkSettings", SubnetNumber=subnet, PrefixLength=length)
    assert refused == 32773
    assert emulated.all(NETWORK) == []


def test_there_is_a_setting_for_each_way_to_migrate(emulated: Emulated) -> None:
    found = emulated.query(f"SELECT * FROM {CHOICES} WHERE MigrationType = 32771")
    assert [choice["TransportType"] for choice in found] == [5]
    assert len(emulated.all(CHOICES)) == 5


def _why_not(emulated: Emulated, system: ObjectPath) -> str:
    arguments = {"ComputerSystem": system, "DestinationHost": "hv2"}
    at_once = emulated.call_of(SERVICE, "CheckVirtualSystemIsMigratableToHost", **arguments)
    assert (at_once.return_value, at_once.out["IsMigratable"]) == (0, False)
    job = emulated.finish(emulated.call_of(SERVICE, "CheckVirtualSystemIsMigratable", **arguments))
    assert (job.class_name, job["JobState"]) == ("Msvm_MigrationJob", 10)
    return str(job["ErrorDescription"])


def test_no_machine_can_migrate_and_the_reason_is_told(emulated: Emulated) -> None:
    system = emulated.define("web")
    assert "not enabled" in _why_not(emulated, system)
    _change(emulated, EnableVirtualSystemMigration=True)
    assert "'hv2' cannot be reached" in _why_not(emulated, system)
