"""Methods: who is called, with what, and how refusals come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.invocation import Invocation
from openhyperv.emulator.cimom.provider import Call, Result, instances_of, method
from openhyperv.emulator.cimom.registry import ProviderError, Registry
from openhyperv.emulator.cimom.repository import Repository
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

from .conftest import Emulated
from .inventory import HOST, SERVICE, WEB, settings_path, system_path

SERVICE_PATH = ObjectPath(SERVICE, {"creationclassname": SERVICE.lower()})


def test_the_provider_gets_the_whole_path_and_every_parameter(host: Emulated) -> None:
    result = host.manager.invoke(
        SERVICE_PATH, "destroysystem", {"AffectedSystem": system_path(WEB)}, r"HV1\bob"
    )
    (call,) = host.service.calls
    assert result == Result(4096, {"Job": ObjectPath("Msvm_ConcreteJob", {"InstanceID": "J"})})
    assert call.path.key("SystemName") == HOST
    assert (call.method, call.user, dict(call.parameters)) == (
        "DestroySystem",
        r"HV1\bob",
        {"AffectedSystem": system_path(WEB)},
    )


def test_a_refusal_by_the_provider_is_a_return_value(host: Emulated) -> None:
    assert host.manager.invoke(SERVICE_PATH, "DestroySystem", {}, "bob") == Result(32773)


def test_text_is_converted_to_the_declared_type(host: Emulated) -> None:
    arguments = {"RequestedState": "3", "TimeoutPeriod": "P0DT0H5M0S"}
    host.manager.invoke(system_path(WEB), "RequestStateChange", arguments, "bob")
    assert dict(host.service.calls[0].parameters) == {
        "RequestedState": 3,
        "TimeoutPeriod": timedelta(minutes=5),
    }


def test_arrays_keep_their_holes(host: Emulated) -> None:
    path = str(settings_path(WEB).on(HOST))
    with pytest.raises(ProviderError, match="Summary"):
        host.manager.invoke(
            SERVICE_PATH,
            "GetSummaryInformation",
            {"RequestedInformation": ["1", 100], "SettingData": [path, None]},
            "bob",
        )
    assert dict(host.service.calls[0].parameters) == {
        "RequestedInformation": [1, 100],
        "SettingData": [settings_path(WEB), None],
    }


def test_a_method_of_a_base_class_is_inherited(host: Emulated) -> None:
    base = ObjectPath("CIM_ComputerSystem", {"Name": WEB})
    host.manager.invoke(base, "RequestStateChange", {"RequestedState": 2}, "bob")
    assert host.service.calls[0].path == system_path(WEB)


class Jobs:
    """A subclass whose base class carries the method, and one that has its own."""

    @instances_of("Msvm_StorageJob")
    def storage_jobs(self) -> list[Instance]:
        return [Instance("Msvm_StorageJob", {"InstanceID": "S"})]

    @instances_of("Msvm_MigrationJob")
    def migration_jobs(self) -> list[Instance]:
        return [Instance("Msvm_MigrationJob", {"InstanceID": "M"})]

    @method("CIM_ConcreteJob", "RequestStateChange")
    def any_job(self, call: Call) -> Result:
        return Result(1 if call.path.class_name == "Msvm_StorageJob" else 9)

    @method("Msvm_MigrationJob", "RequestStateChange")
    def migration_job(self, call: Call) -> Result:
        return Result(2 if call["RequestedState"] == 4 else 9)


@pytest.mark.parametrize(("key", "return_value"), [("S", 1), ("M", 2)])
def test_the_nearest_implementation_is_called(key: str, return_value: int) -> None:
    schema = Schema.load(Release.WS2025)
    registry = Registry(schema, [Jobs()])
    invocation = Invocation(registry, Repository(schema, registry))
    path = ObjectPath("CIM_ConcreteJob", {"InstanceID": key})
    assert invocation.invoke(path, "RequestStateChange", {"RequestedState": 4}, "bob") == Result(return_value)
