"""A tour of every fault: what was done wrong, and what Windows answers to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.wire.enumeration import AssociationFilter
from openhyperv.wire.fault import Fault, WbemCode, WsmanCode
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

from .conftest import V2, Emulated
from .inventory import HOST, SERVICE, WEB, settings_path, system_path

Deed = Callable[[Emulated], object]

GONE = ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "GONE"})
SERVICE_PATH = ObjectPath(SERVICE, {"CreationClassName": SERVICE})
SETTINGS_OF = f"ASSOCIATORS OF {{{settings_path(WEB)}}}"


def get(class_name: str, namespace: str = V2, **keys: str | int | ObjectPath) -> Deed:
    return lambda host: host.manager.get(ObjectPath(class_name, keys, namespace))


def ask(text: str, namespace: str = V2) -> Deed:
    return lambda host: host.ask(text, namespace)


def watch(text: str) -> Deed:
    return lambda host: host.manager.event_query(V2, host.manager.parse(text))


def invoke(path: ObjectPath, method: str, **arguments: object) -> Deed:
    return lambda host: host.manager.invoke(path, method, arguments, "user")  # type: ignore[arg-type]


def refused_as(host: Emulated, deed: Deed) -> Fault:
    with pytest.raises(CimFault) as caught:
        deed(host)
    return caught.value.fault


NOT_FOUND = ("a:DestinationUnreachable", WsmanCode.RESOURCE_NOT_FOUND, "InvalidResourceURI")


@pytest.mark.parametrize(
    ("deed", "cim_status"),
    [
        (get("Msvm_ComputerSystem", Name="GONE"), 6),
        (get("Msvm_ComputerSystem", CreationClassName="Msvm_PlannedComputerSystem", Name=WEB), 6),
        (get("Msvm_SettingsDefineState", ManagedElement=GONE, SettingData=GONE), 6),
        (invoke(GONE, "RequestStateChange", RequestedState=2), 6),
        (ask(f"ASSOCIATORS OF {{{GONE}}}"), 6),
        (lambda host: host.manager.associated(AssociationFilter(GONE)), 6),
        (get("Msvm_NoSuchClass", InstanceID="x"), 5),
        (get("Msvm_ComputerSystem", "root/nowhere", Name=WEB), 5),
        (get("Msvm_ComputerSystem", "root/cimv2", Name=WEB), 5),
        (lambda host: host.manager.enumerate(V2, "Msvm_NoSuchClass"), 5),
        (lambda host: host.manager.enumerate("root/nowhere", "Msvm_ComputerSystem"), 5),
        (lambda host: host.manager.select(V2, "Msvm_NoSuchClass", {}), 5),
        (invoke(ObjectPath("Msvm_NoSuchClass", {"Name": "x"}), "Start"), 5),
        (lambda host: host.manager.delete(ObjectPath("Msvm_NoSuchClass")), 5),
    ],
)
def test_what_is_not_there(host: Emulated, deed: Deed, cim_status: int) -> None:
    fault = refused_as(host, deed)
    assert (fault.subcode, fault.code, fault.detail) == NOT_FOUND
    assert fault.cim_status == cim_status
    assert fault.is_sender


@pytest.mark.parametrize(
    ("deed", "code", "detail"),
    [
        (get("Msvm_ComputerSystem"), WsmanCode.KEYS_REQUIRED, "InsufficientSelectors"),
        (
            get("Msvm_ComputerSystem", CreationClassName="Msvm_ComputerSystem"),
            WsmanCode.AMBIGUOUS_SELECTORS,
            "AmbiguousSelectors",
        ),
        (
            get("Msvm_ComputerSystem", Name=WEB, Color="red"),
            WsmanCode.UNEXPECTED_SELECTORS,
            "UnexpectedSelectors",
        ),
        (
            get("Msvm_ComputerSystem", ElementName="web01"),
            WsmanCode.UNEXPECTED_SELECTORS,
            "UnexpectedSelectors",
        ),
        (get("Msvm_ComputerSystem", Name=system_path(WEB)), WsmanCode.SELECTOR_TYPE_MISMATCH, "TypeMismatch"),
        (
            get("Msvm_SettingsDefineState", ManagedElement="no path!"),
            WsmanCode.SELECTOR_TYPE_MISMATCH,
            "TypeMismatch",
        ),
        (
            get("Win32_Process", "root/cimv2", Handle=system_path(WEB)),
            WsmanCode.SELECTOR_TYPE_MISMATCH,
            "TypeMismatch",
        ),
    ],
)
def test_keys_that_name_no_single_object(host: Emulated, deed: Deed, code: int, detail: str) -> None:
    fault = refused_as(host, deed)
    assert (fault.subcode, fault.code, fault.detail) == ("w:InvalidSelectors", code, detail)


@pytest.mark.parametrize(
    ("deed", "wbem_code"),
    [
        (ask("SELEKT * FROM Msvm_ComputerSystem"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WHERE"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WHERE NoSuch = 1"), WbemCode.INVALID_QUERY),
        (ask("SELECT NoSuch FROM Msvm_ComputerSystem"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WHERE Name.Inner = 1"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = 'on'"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WHERE InstallDate = '2025-03-04'"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WHERE OperationalStatus = 2"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WHERE EnabledState LIKE '2'"), WbemCode.INVALID_QUERY),
        (
            ask("SELECT * FROM Msvm_MemorySettingData WHERE DynamicMemoryEnabled = 'x'"),
            WbemCode.INVALID_QUERY,
        ),
        (ask("SELECT * FROM Msvm_SettingsDefineState WHERE ManagedElement = 'x y'"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM Msvm_ComputerSystem WITHIN 2"), WbemCode.INVALID_QUERY),
        (ask("SELECT * FROM __InstanceCreationEvent"), WbemCode.INVALID_QUERY),
        (
            lambda host: host.manager.select(V2, "Msvm_ComputerSystem", {"NoSuch": "1"}),
            WbemCode.INVALID_QUERY,
        ),
        (
            lambda host: host.manager.select(V2, "Msvm_ComputerSystem", {"InstallDate": "1"}),
            WbemCode.INVALID_QUERY,
        ),
        (
            lambda host: host.manager.associated(AssociationFilter(system_path(WEB), role="no role")),
            WbemCode.INVALID_QUERY,
        ),
        (ask("SELECT * FROM Msvm_NoSuchClass"), WbemCode.INVALID_CLASS),
        (ask("SELECT * FROM meta_class"), WbemCode.INVALID_CLASS),
        (ask("ASSOCIATORS OF {Msvm_NoSuchClass.Name='x'}"), WbemCode.INVALID_CLASS),
        (ask(f"{SETTINGS_OF} WHERE AssocClass = Msvm_NoSuchClass"), WbemCode.INVALID_CLASS),
        (ask(f"{SETTINGS_OF} WHERE ResultClass = Msvm_NoSuchClass"), WbemCode.INVALID_CLASS),
        (ask("ASSOCIATORS OF {Msvm_ComputerSystem.Color='x'}"), WbemCode.INVALID_OBJECT_PATH),
        (ask("SELECT * FROM Msvm_ComputerSystem", "root/virtualization/v3"), WbemCode.INVALID_NAMESPACE),
        (ask("ASSOCIATORS OF {X.Name='x'}", "root/virtualization/v3"), WbemCode.INVALID_NAMESPACE),
        (watch("ASSOCIATORS OF {Msvm_ComputerSystem.Name='x'}"), WbemCode.INVALID_QUERY),
        (watch("SELECT * FROM Msvm_ComputerSystem WITHIN 2"), 0x80041059),
        (
            watch("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Msvm_ComputerSystem'"),
            0x80042003,
        ),
        (watch("SELECT * FROM __InstanceCreationEvent WITHIN 2"), 0x80042002),
        (
            watch("SELECT * FROM __InstanceCreationEvent WITHIN 2 WHERE TargetInstance ISA 'Msvm_NoSuch'"),
            WbemCode.INVALID_CLASS,
        ),
        (
            watch(
                "SELECT * FROM __InstanceCreationEvent WITHIN 2 WHERE TargetInstance ISA "
                "'Msvm_ComputerSystem' AND PreviousInstance.EnabledState = 2"
            ),
            WbemCode.INVALID_QUERY,
        ),
    ],
)
def test_queries_that_cannot_be_answered(host: Emulated, deed: Deed, wbem_code: int) -> None:
    fault = refused_as(host, deed)
    assert (fault.subcode, fault.code) == ("n:CannotProcessFilter", WsmanCode.CANNOT_PROCESS_FILTER)
    assert fault.wbem_code == wbem_code
    assert fault.is_sender


@pytest.mark.parametrize(
    ("deed", "wbem_code", "cim_status"),
    [
        (lambda host: host.manager.enumerate(V2, "Msvm_Battery"), WbemCode.PROVIDER_NOT_CAPABLE, 7),
        (ask("SELECT * FROM Msvm_Battery"), WbemCode.PROVIDER_NOT_CAPABLE, 7),
        (get("Msvm_ReplicationService", Name="x"), WbemCode.PROVIDER_NOT_CAPABLE, 7),
        (lambda host: host.manager.delete(system_path(WEB)), WbemCode.PROVIDER_NOT_CAPABLE, 7),
        (
            lambda host: host.manager.put(system_path(WEB), Instance("Msvm_ComputerSystem")),
            WbemCode.PROVIDER_NOT_CAPABLE,
            7,
        ),
        (
            lambda host: host.manager.create(V2, "Msvm_ComputerSystem", Instance("Msvm_ComputerSystem")),
            WbemCode.PROVIDER_NOT_CAPABLE,
            7,
        ),
        (ask(f"{SETTINGS_OF} WHERE AssocClass = Msvm_HostedService"), WbemCode.PROVIDER_NOT_CAPABLE, 7),
        (ask(f"{SETTINGS_OF} WHERE ClassDefsOnly"), WbemCode.NOT_SUPPORTED, 7),
        (ask(f"{SETTINGS_OF} WHERE RequiredQualifier = Dynamic"), WbemCode.NOT_SUPPORTED, 7),
        (invoke(ObjectPath(SERVICE), "DestroySystem"), WbemCode.INVALID_METHOD_PARAMETERS, 4),
        (invoke(SERVICE_PATH, "ExportSystemDefinition"), 0x80041055, 16),
        (invoke(ObjectPath("Msvm_ReplicationService", {"Name": "x"}), "StartReplication"), 0x80041055, 16),
    ],
)
def test_what_the_provider_does_not_do(host: Emulated, deed: Deed, wbem_code: int, cim_status: int) -> None:
    fault = refused_as(host, deed)
    assert (fault.subcode, fault.code) == ("w:InternalError", WsmanCode.WMI_PROVIDER_FAULT)
    assert (fault.wbem_code, fault.cim_status) == (wbem_code, cim_status)
    assert not fault.is_sender


@pytest.mark.parametrize("method", ["NoSuchMethod", "", "Request StateChange"])
def test_a_method_that_the_class_does_not_have(host: Emulated, method: str) -> None:
    fault = refused_as(host, invoke(system_path(WEB), method))
    assert (fault.subcode, fault.code) == ("a:ActionNotSupported", WsmanCode.BAD_METHOD)


@pytest.mark.parametrize(
    "arguments",
    [
        {"NoSuch": 1},
        {"requestedstate": 2},
        {"Job": None},
        {"RequestedState": "two"},
        {"RequestedState": 65536},
        {"RequestedState": -1},
        {"RequestedState": True},
        {"RequestedState": [2]},
        {"RequestedState": system_path(HOST)},
        {"TimeoutPeriod": 5},
    ],
)
def test_arguments_that_do_not_fit(host: Emulated, arguments: dict[str, object]) -> None:
    fault = refused_as(host, invoke(system_path(WEB), "RequestStateChange", **arguments))
    assert (fault.subcode, fault.code, fault.detail) == (
        "w:SchemaValidationError",
        WsmanCode.SCHEMA_VALIDATION_ERROR,
        "InvalidParameter",
    )
    assert host.service.calls == []
