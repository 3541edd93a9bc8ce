"""Get, Enumerate and queries: what is found, and at what price."""

from __future__ import annotations

import pytest

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.wire.enumeration import AssociationFilter, Polymorphism
from openhyperv.wire.path import ObjectPath

from .conftest import V2, Emulated
from .inventory import DB, HOST, SERVICE, WEB, memory_path, settings_path, system_path


@pytest.mark.parametrize(
    "path",
    [
        system_path(WEB),
        ObjectPath("msvm_computersystem", {"NAME": WEB.lower(), "creationclassname": "msvm_COMPUTERSYSTEM"}),
        ObjectPath("Msvm_ComputerSystem", {"Name": WEB}),
        ObjectPath("CIM_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": WEB}),
        system_path(WEB).on("ANY"),
    ],
)
def test_an_object_is_found_by_its_keys_however_they_are_written(host: Emulated, path: ObjectPath) -> None:
    assert host.manager.get(path)["ElementName"] == "web01"


def test_a_part_of_the_keys_will_do_if_it_fits_one(host: Emulated) -> None:
    service = host.manager.get(ObjectPath(SERVICE, {"CreationClassName": SERVICE}))
    assert service["SystemName"] == HOST


def test_every_instance_has_a_path(host: Emulated) -> None:
    (memory,) = host.ask("SELECT * FROM Msvm_MemorySettingData WHERE VirtualQuantity = 2048")
    assert memory.path == memory_path(WEB)
    assert memory.path.namespace == V2


def test_an_association_is_found_by_its_ends(host: Emulated) -> None:
    keys = {"ManagedElement": system_path(WEB), "SettingData": settings_path(WEB)}
    assert host.manager.get(ObjectPath("Msvm_SettingsDefineState", keys)).path == ObjectPath(
        "Msvm_SettingsDefineState", keys
    )
    as_text = {name: str(path.on(HOST)) for name, path in keys.items()}
    assert dict(host.manager.get(ObjectPath("CIM_SettingsDefineState", as_text))) == keys


def test_a_base_class_lists_every_subclass(host: Emulated) -> None:
    found = host.manager.enumerate(V2, "CIM_ResourceAllocationSettingData")
    assert [instance.class_name for instance in found] == [
        "Msvm_MemorySettingData",
        "Msvm_MemorySettingData",
        "Msvm_StorageAllocationSettingData",
    ]


def test_polymorphism_can_be_restricted(host: Emulated) -> None:
    base = "CIM_ResourceAllocationSettingData"
    assert host.manager.enumerate(V2, base, Polymorphism.NONE) == []
    cut = host.manager.enumerate(V2, base, Polymorphism.EXCLUDE_SUBCLASS_PROPERTIES)
    decl = Schema.load(Release.WS2025).find(V2, base)
    assert decl is not None
    for instance in cut:
        assert instance.class_name == base
        assert {name.lower() for name in instance} == set(decl.properties)
    exact = host.manager.enumerate(V2, "msvm_memorysettingdata", Polymorphism.NONE)
    assert len(exact) == 2


def test_an_association_can_be_listed_though_it_answers_only_by_end(host: Emulated) -> None:
    found = host.manager.enumerate(V2, "Msvm_SettingsDefineState")
    assert {str(instance["SettingData"]) for instance in found} == {
        str(settings_path(WEB)),
        str(settings_path(DB)),
    }


def test_keys_in_a_query_are_looked_up(host: Emulated) -> None:
    text = f"SELECT * FROM Msvm_ComputerSystem WHERE EnabledState = 2 AND Name = '{WEB}'"
    assert len(host.ask(text)) == 1
    assert len(host.ask(f"SELECT * FROM Msvm_ComputerSystem WHERE Name = '{DB}' AND EnabledState = 2")) == 0
    assert (host.systems.walks, host.systems.lookups) == (0, 2)


def test_keys_beside_an_or_are_not(host: Emulated) -> None:
    assert len(host.ask(f"SELECT * FROM Msvm_ComputerSystem WHERE Name = '{WEB}' OR EnabledState = 3")) == 2
    assert host.systems.walks == 1


def test_a_reference_in_a_query_is_followed(host: Emulated) -> None:
    path = str(system_path(WEB).on(HOST)).replace("\\", "\\\\")
    (found,) = host.ask(f"SELECT * FROM Msvm_SettingsDefineState WHERE ManagedElement = '{path}'")
    assert found["SettingData"] == settings_path(WEB)


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("ProcessID IS NULL", 2),
        ("ProcessID IS NOT NULL", 1),
        ("ProcessID = NULL", 2),
        ("ProcessID < 5000", 1),
        ("NOT ProcessID < 5000", 2),
        ("EnabledState >= 3", 1),
        ("3 > EnabledState", 2),
        ("EnabledState = '2'", 2),
        ("EnabledState = 2.5", 0),
        ("ElementName > 'd' AND ElementName < 'e'", 1),
        ("ElementName = Name", 1),
        ("ElementName <> Name", 2),
        ("InstallDate = '20250304101112.000000+000'", 3),
        ("InstallDate > '20250304101112.000000+060'", 3),
        ("InstallDate < '20250304101111.999999+000'", 0),
        ("__CLASS = 'msvm_computersystem'", 3),
        ("__SERVER = 'hv1' AND __NAMESPACE = 'root\\\\virtualization\\\\v2'", 3),
        (f"__RELPATH = '{system_path(WEB)}'", 1),
        (f"__PATH = '\\\\\\\\.\\\\root\\\\virtualization\\\\v2:{system_path(WEB)}'", 1),
        ("__SUPERCLASS = 'CIM_ComputerSystem' AND __DYNASTY = 'CIM_ManagedElement'", 3),
        ("ElementName LIKE 'WEB%' OR ElementName LIKE '%[%]'", 2),
    ],
)
def test_conditions(host: Emulated, condition: str, count: int) -> None:
    assert len(host.ask(f"SELECT * FROM Msvm_ComputerSystem WHERE {condition}")) == count


def test_columns_are_what_is_left(host: Emulated) -> None:
    (found,) = host.ask(
        f"SELECT elementname, __RELPATH, ProcessID FROM Msvm_ComputerSystem WHERE Name = '{WEB}'"
    )
    assert dict(found) == {"ElementName": "web01", "__RELPATH": str(system_path(WEB)), "ProcessID": 3584}


def test_a_selector_filter_is_equality(host: Emulated) -> None:
    (found,) = host.manager.select(V2, "Msvm_ComputerSystem", {"elementname": "WEB01", "EnabledState": "2"})
    assert found["Name"] == WEB
    assert len(host.manager.select(V2, "Msvm_ComputerSystem", {})) == 3


def follow(host: Emulated, text: str) -> list[str]:
    return sorted(str(instance.path) for instance in host.ask(text))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", [memory_path(WEB), settings_path(WEB), system_path(WEB)]),
        ("WHERE AssocClass = Msvm_SettingsDefineState", [system_path(WEB)]),
        ("WHERE AssocClass = CIM_Component", [memory_path(WEB)]),
        ("WHERE ResultClass = CIM_ComputerSystem", [system_path(WEB)]),
        ("WHERE ResultRole = partcomponent", [memory_path(WEB)]),
        ("WHERE Role = GroupComponent", [memory_path(WEB)]),
        ("WHERE Role = SettingData", [settings_path(WEB), system_path(WEB)]),
        ("WHERE Role = PartComponent", []),
        ("WHERE ResultClass = Msvm_ProcessorSettingData", []),
    ],
)
def test_associators(host: Emulated, options: str, expected: list[ObjectPath]) -> None:
    text = f'ASSOCIATORS OF {{Msvm_VirtualSystemSettingData.InstanceID="Microsoft:{WEB}"}} {options}'
    assert follow(host, text) == sorted(map(str, expected))


def test_references(host: Emulated) -> None:
    of_settings = f"REFERENCES OF {{{settings_path(WEB)}}}"
    classes = [instance.class_name for instance in host.ask(of_settings)]
    assert sorted(classes) == [
        "Msvm_ElementSettingData",
        "Msvm_ElementSettingData",
        "Msvm_SettingsDefineState",
        "Msvm_VirtualSystemSettingDataComponent",
    ]
    assert len(host.ask(f"{of_settings} WHERE Role = SettingData")) == 2
    (found,) = host.ask(f"{of_settings} WHERE ResultClass = CIM_SettingsDefineState")
    assert found["ManagedElement"] == system_path(WEB)


def test_keys_only(host: Emulated) -> None:
    (found,) = host.ask(f"ASSOCIATORS OF {{{system_path(WEB)}}} WHERE KeysOnly")
    assert dict(found) == {"InstanceID": f"Microsoft:{WEB}"}


def test_association_filters_are_the_same_walk(host: Emulated) -> None:
    (settings,) = host.manager.associated(AssociationFilter(system_path(DB), result_class="CIM_SettingData"))
    assert settings.path == settings_path(DB)
    (reference,) = host.manager.associated(
        AssociationFilter(system_path(DB), is_references=True, result_class="Msvm_SettingsDefineState")
    )
    assert reference["SettingData"] == settings_path(DB)
