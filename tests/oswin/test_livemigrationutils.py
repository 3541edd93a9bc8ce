"""os-win looks whether machines can migrate to and from a host."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import Any

import pytest
from attrs import evolve

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import default_hardware
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.emulated import emulated_host
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import proves

SERVICE = "Msvm_VirtualSystemMigrationService"


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2025 with an address."""
    usual = default_hardware("HV1")
    card = evolve(usual.adapters[0], addresses=(ip_interface("192.0.2.7/24"),))
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, hardware=evolve(usual, adapters=[card])) as host, leading_to(host):
        yield host


def change(session: Session, method: str, parameter: str, texts: Any) -> None:
    (service,) = session.enumerate(SERVICE)
    assert service.path is not None
    assert session.invoke(service.path, method, {parameter: texts}).return_value == 0


@proves("livemigrationutils.LiveMigrationUtils.check_live_migration_config")
@pytest.mark.usefixtures("windows")
def test_migration_has_to_be_enabled_and_to_have_a_network(ours: Session) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    migration = factory().get_livemigrationutils()
    with pytest.raises(exceptions.HyperVException, match="not enabled"):
        migration.check_live_migration_config()
    (settings,) = ours.enumerate(f"{SERVICE}SettingData")
    enabled = Instance(
        settings.class_name, {"InstanceID": settings["InstanceID"], "EnableVirtualSystemMigration": True}
    )
    change(ours, "ModifyServiceSettings", "ServiceSettingData", instance_to_text(enabled, ours.schema))
    with pytest.raises(exceptions.HyperVException, match="networks are not configured"):
        migration.check_live_migration_config()
    network = Instance(
        "Msvm_VirtualSystemMigrationNetworkSettingData", {"SubnetNumber": "192.0.2.0", "PrefixLength": 24}
    )
    change(ours, "AddNetworkSettings", "NetworkSettings", [instance_to_text(network, ours.schema)])
    migration.check_live_migration_config()
