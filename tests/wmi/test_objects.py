"""Objects: their properties, names, texts and associations, and what is written back."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.wire.cimxml import instance_from_text
from openhyperv.wire.wql import equal, select
from tests.wmi.conftest import VIRTUALIZATION
from tests.wmi.making import failure_code

NO_SUCH_PROPERTY = -2147217359
TYPE_MISMATCH = -2147217403
INVALID_OBJECT_PATH = -2147217350
NOT_FOUND = -2147217406
PROVIDER_NOT_CAPABLE = -2147217372


def test_properties_are_read_in_any_case_of_letters(machine: Any) -> None:
    assert (
        machine.ElementName
        == machine.elementname
        == machine.ELEMENTNAME
        == machine["ElementName"]
        == "vm0001"
    )
    assert machine.EnabledState == 3
    assert machine.OtherEnabledState is None
    assert "elementname" in machine


def test_what_is_neither_property_nor_method_is_an_attribute_error(machine: Any) -> None:
    assert not hasattr(machine, "Nonsense")
    assert getattr(machine, "Nonsense", "4.0") == "4.0"
    with pytest.raises(KeyError):
        machine["Nonsense"]


def test_times_are_naive_and_arrays_are_tuples(machine: Any) -> None:
    assert isinstance(machine.InstallDate, datetime)
    assert machine.InstallDate.tzinfo is None
    assert machine.OperationalStatus == (2,)
    assert isinstance(machine.OnTimeInMilliseconds, int)
    settings = machine.associators(wmi_result_class="Msvm_VirtualSystemSettingData")[0]
    assert settings.AutomaticStartupActionDelay == timedelta(0)
    assert settings.IsSaved is False
    assert settings.Notes is None


def test_a_reference_is_fetched_each_time_it_is_read(conn: Any, machine: Any) -> None:
    link = conn.Msvm_SettingsDefineState(ManagedElement=machine.path_())[0]
    assert link.ManagedElement == machine
    assert link.ManagedElement is not link.ManagedElement
    assert link.SettingData.ElementName == "vm0001"


def test_paths_carry_the_servers_own_name(machine: Any) -> None:
    relative = f'Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="{machine.Name}"'
    whole = rf"\\HV1\root\virtualization\v2:{relative}"
    assert machine.path_() == whole
    path = machine.path()
    assert (path.Path, path.RelPath, path.Class) == (whole, relative, "Msvm_ComputerSystem")
    assert (path.Server, path.Namespace, path.IsClass) == ("HV1", r"root\virtualization\v2", False)
    with pytest.raises(NotImplementedError):
        path.Keys  # noqa: B018


def test_backslashes_and_quotes_in_keys_are_escaped_in_paths(wmi: ModuleType, conn: Any) -> None:
    memory = conn.Msvm_MemorySettingData()[0]
    assert "\\" in memory.InstanceID
    assert memory.path_().endswith('="' + memory.InstanceID.replace("\\", "\\\\") + '"')
    assert wmi.WMI(memory.path_()).InstanceID == memory.InstanceID
    assert wmi.WMI(memory.path_().replace("\\", "/")).InstanceID == memory.InstanceID


def test_what_is_assigned_stays_here_until_sent(conn: Any, ours: Session) -> None:
    settings = conn.Msvm_VirtualSystemSettingData(ElementName="vm0002")[0]
    settings.elementname = "renamed"
    settings.set(Notes=["a", "b"], AutomaticStartupAction="3")
    assert (settings.ElementName, settings.Notes, settings.AutomaticStartupAction) == (
        "renamed",
        ("a", "b"),
        3,
    )
    named = select("Msvm_ComputerSystem").where(equal("ElementName", "renamed"))
    assert not list(ours.query(named))
    service = conn.Msvm_VirtualSystemManagementService()[0]
    assert service.ModifySystemSettings(SystemSettings=settings.GetText_(1)) == (None, 0)
    assert len(list(ours.query(named))) == 1
    settings.ElementName = "vm0002"
    service.ModifySystemSettings(settings.GetText_(1))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Nonsense", 1, NO_SUCH_PROPERTY),
        ("AutomaticStartupAction", True, TYPE_MISMATCH),
        ("AutomaticStartupAction", "often", TYPE_MISMATCH),
        ("AutomaticStartupAction", -1, TYPE_MISMATCH),
        ("ElementName", True, TYPE_MISMATCH),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    wmi: ModuleType, conn: Any, name: str, value: object, code: int
) -> None:
    settings = conn.Msvm_VirtualSystemSettingData.new()
    with pytest.raises(wmi.x_wmi) as refused:
        setattr(settings, name, value)
    assert failure_code(refused.value) == code


def test_datetimes_and_single_values_for_arrays_cannot_be_written(conn: Any) -> None:
    settings = conn.Msvm_VirtualSystemSettingData.new()
    with pytest.raises(TypeError):
        settings.CreationTime = datetime(2026, 1, 1)  # noqa: DTZ001 - what old code would write
    with pytest.raises(TypeError):
        settings.Notes = "a single one"


def test_a_new_object_has_what_its_class_declares_and_no_path(wmi: ModuleType, conn: Any) -> None:
    settings = conn.Msvm_VirtualSystemSettingData.new(ElementName="x", BIOSNumLock="yes")
    assert (settings.ElementName, settings.BIOSNumLock, settings.VirtualSystemSubType) == ("x", True, None)
    assert settings.path_() == ""
    settings.InstanceID = "Microsoft:1"
    assert settings.path_() == ""
    with pytest.raises(wmi.x_wmi) as refused:
        settings.Delete_()
    assert failure_code(refused.value) == INVALID_OBJECT_PATH


def test_the_text_of_an_object_is_cim_xml_that_reads_back(machine: Any, ours: Session) -> None:
    text = machine.GetText_(1)
    read = instance_from_text(text, ours.schema, namespace=VIRTUALIZATION)
    assert (read.class_name, read["Name"], read["EnabledState"]) == ("Msvm_ComputerSystem", machine.Name, 3)
    assert machine.ole_object.GetText_(0) == text
    assert str(machine).startswith("instance of Msvm_ComputerSystem\n{")
    assert machine.Name in repr(machine)


def test_objects_are_compared_by_path(conn: Any) -> None:
    first, again = (conn.Msvm_ComputerSystem(ElementName="vm0001")[0] for _ in range(2))
    assert first == again
    assert len({first, again}) == 1
    assert first != conn.Msvm_ComputerSystem(ElementName="vm0002")[0]


def test_associations_are_followed_by_class(machine: Any) -> None:
    settings = machine.associators(wmi_result_class="Msvm_VirtualSystemSettingData")
    assert [each.ElementName for each in settings] == ["vm0001"]
    by_link = machine.associators(wmi_association_class="Msvm_SettingsDefineState")
    assert by_link == settings
    links = machine.references("Msvm_SettingsDefineState")
    assert [link.SettingData for link in links] == settings
    assert len(machine.references()) > 1


def test_classes_and_objects_tell_their_members(machine: Any) -> None:
    assert machine.keys == ["CreationClassName", "Name"]
    assert "EnabledState" in machine.properties
    assert "RequestStateChange" in machine.methods
    assert machine.derivation()[0] == "CIM_ComputerSystem"
    assert machine.get_class().get_class_name() == machine.get_class_name() == "Msvm_ComputerSystem"


def test_what_the_host_does_not_let_be_written_is_refused_as_it_says(wmi: ModuleType, machine: Any) -> None:
    for change in (machine.put, machine.Delete_):
        with pytest.raises(wmi.x_wmi) as refused:
            change()
        assert failure_code(refused.value) == PROVIDER_NOT_CAPABLE


def test_an_object_that_is_gone_is_not_found(wmi: ModuleType, conn: Any) -> None:
    service = conn.Msvm_VirtualSystemManagementService()[0]
    gone = wmi.WMI(service.DefineSystem()[1])
    job, code = service.DestroySystem(gone.path_())
    assert (job, code) == (None, 0)
    with pytest.raises(wmi.x_wmi) as missing:
        wmi.WMI(gone.path_())
    assert failure_code(missing.value) == NOT_FOUND
