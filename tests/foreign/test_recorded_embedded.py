"""Embedded instances as text: what recorded hosts took and what they refused (wsman-cim.md 6.1)."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from tests.foreign.raw_wsman import ANONYMOUS, NIL, SERVICE, V2, VSMS, Answer, RawClient

SWITCHES = f"{V2}/Msvm_VirtualEthernetSwitchManagementService"
SWITCH_KEYS = {"CreationClassName": "Msvm_VirtualEthernetSwitchManagementService"}


def reference(vm: str) -> str:
    selector = f'<w:Selector Name="InstanceID">Microsoft:{vm}</w:Selector>'
    uri = f"<w:ResourceURI>{V2}/Msvm_VirtualSystemSettingData</w:ResourceURI>"
    parameters = f"{uri}<w:SelectorSet>{selector}</w:SelectorSet>"
    return f"<a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters>{parameters}</a:ReferenceParameters>"


def add(raw: RawClient, vm: str, text: str) -> Answer:
    to = f"<c:AffectedConfiguration>{reference(vm)}</c:AffectedConfiguration>"
    inside = f"{to}<c:ResourceSettings>{escape(text)}</c:ResourceSettings>"
    return raw.invoke(SERVICE, "AddResourceSettings", inside, VSMS)


def modify_system(raw: RawClient, vm: str, properties: str) -> Answer:
    identity = scalar("InstanceID", f"Microsoft:{vm}")
    text = instance("Msvm_VirtualSystemSettingData", identity, properties)
    return raw.invoke(
        SERVICE, "ModifySystemSettings", f"<c:SystemSettings>{escape(text)}</c:SystemSettings>", VSMS
    )


def instance(class_name: str, *properties: str) -> str:
    return f'<INSTANCE CLASSNAME="{class_name}">{"".join(properties)}</INSTANCE>'


def scalar(name: str, value: str, kind: str = "string") -> str:
    return f'<PROPERTY NAME="{name}" TYPE="{kind}"><VALUE>{value}</VALUE></PROPERTY>'


def result(answer: Answer) -> str | None:
    """The method's code."""
    return answer.text("//*[local-name()='ReturnValue']")


def settings(raw: RawClient, vm: str) -> Answer:
    return raw.get("Msvm_VirtualSystemSettingData", InstanceID=f"Microsoft:{vm}")


SCSI = (
    scalar("ResourceType", "6", "uint16"),
    scalar("ResourceSubType", "Microsoft:Hyper-V:Synthetic SCSI Controller"),
)
DISK = "Msvm_StorageAllocationSettingData"


@pytest.mark.parametrize("value", ["TRUE", "true", "True", "FALSE", "false"])
def test_booleans_in_any_case(raw: RawClient, vm: str, value: str) -> None:
    answer = modify_system(raw, vm, scalar("LockOnDisconnect", value, "boolean"))
    assert result(answer) in ("0", "4096")
    now = settings(raw, vm).text("//*[local-name()='LockOnDisconnect']")
    assert now == value.lower()


def test_a_property_without_a_value_is_null_and_changes_nothing(raw: RawClient, vm: str) -> None:
    before = settings(raw, vm).text("//*[local-name()='LowMmioGapSize']")
    assert before is not None
    answer = modify_system(raw, vm, '<PROPERTY NAME="LowMmioGapSize" TYPE="uint64"></PROPERTY>')
    assert result(answer) in ("0", "4096")
    assert settings(raw, vm).text("//*[local-name()='LowMmioGapSize']") == before


def test_intervals_are_dmtf_text(raw: RawClient, vm: str) -> None:
    given = scalar("AutomaticStartupActionDelay", "00000000000130.000000:000", "datetime")
    assert result(modify_system(raw, vm, given)) in ("0", "4096")
    delay = settings(raw, vm).text("//*[local-name()='AutomaticStartupActionDelay']/cim:Interval")
    assert delay == "P0DT0H1M30S"


@pytest.mark.parametrize("value", ["PT90S", "P0DT0H1M30S", "soon"])
def test_intervals_in_another_form(raw: RawClient, vm: str, value: str) -> None:
    """Recorded: 32768."""
    answer = modify_system(raw, vm, scalar("AutomaticStartupActionDelay", value, "datetime"))
    assert result(answer) == "32768"


def test_an_array_written_as_a_scalar(raw: RawClient, vm: str) -> None:
    """Recorded: 32773 of AddResourceSettings, 32776 of the switch service's DefineSystem."""
    disk = instance(
        DISK,
        scalar("ResourceType", "31", "uint16"),
        scalar("ResourceSubType", "Microsoft:Hyper-V:Virtual Hard Disk"),
        scalar("HostResource", r"C:\disk.vhdx"),
    )
    assert result(add(raw, vm, disk)) == "32773"
    notes = instance(
        "Msvm_VirtualEthernetSwitchSettingData", scalar("ElementName", "lan"), scalar("Notes", "not an array")
    )
    inside = f"<c:SystemSettings>{escape(notes)}</c:SystemSettings>"
    assert result(raw.invoke(SWITCHES, "DefineSystem", inside, SWITCH_KEYS)) == "32776"


def test_a_property_without_a_type(raw: RawClient, vm: str) -> None:
    """Recorded: TYPE is required."""
    answer = add(
        raw,
        vm,
        instance(
            "Msvm_ResourceAllocationSettingData", '<PROPERTY NAME="ResourceType"><VALUE>6</VALUE></PROPERTY>'
        ),
    )
    assert result(answer) == "32773"


@pytest.mark.parametrize(
    "extra",
    [
        '<PROPERTY NAME="__PATH" CLASSORIGIN="___SYSTEM" TYPE="string"><VALUE>x</VALUE></PROPERTY>',
        '<PROPERTY NAME="Caption" CLASSORIGIN="CIM_X" PROPAGATED="true" TYPE="string"></PROPERTY>',
        "<QUALIFIER NAME='x' TYPE='string'><VALUE>y</VALUE></QUALIFIER>",
    ],
)
def test_what_get_text_adds_is_passed_over(raw: RawClient, vm: str, extra: str) -> None:
    """os-win and PyMI send it."""
    answer = add(raw, vm, instance("Msvm_ResourceAllocationSettingData", extra, *SCSI))
    assert result(answer) == "0"
    assert answer.find("//*[local-name()='Job']").get(NIL) == "true"


@pytest.mark.parametrize(
    "prefix",
    [
        "\\\\HV1\\root\\virtualization\\v2:",
        "\\\\.\\root\\virtualization\\v2:",
        "//hv1/root/virtualization/v2:",
        "",
    ],
)
def test_object_paths_in_texts(raw: RawClient, vm: str, prefix: str) -> None:
    """The host's part is optional, ``/`` separates namespaces as well, backslashes in values are doubled."""
    controller = add(raw, vm, instance("Msvm_ResourceAllocationSettingData", *SCSI))
    (instance_id,) = controller.all("//w:Selector[@Name='InstanceID']/text()")
    doubled = str(instance_id).replace("\\", "\\\\")
    path = f'{prefix}Msvm_ResourceAllocationSettingData.InstanceID="{doubled}"'
    drive = instance(
        "Msvm_ResourceAllocationSettingData",
        scalar("ResourceType", "17", "uint16"),
        scalar("ResourceSubType", "Microsoft:Hyper-V:Synthetic Disk Drive"),
        scalar("AddressOnParent", "0"),
        scalar("Parent", path.replace('"', "&#34;")),
    )
    added = add(raw, vm, drive)
    assert result(added) == "0"
    (made,) = added.all("//w:Selector[@Name='InstanceID']/text()")
    assert str(made).startswith(str(instance_id))
    for found in (str(made), str(instance_id)):
        remove(raw, found)


def removal(raw: RawClient, instance_id: str) -> Answer:
    class_name = DISK if instance_id.endswith("\\L") else "Msvm_ResourceAllocationSettingData"
    selector = f'<w:Selector Name="InstanceID">{instance_id}</w:Selector>'
    uri = f"<w:ResourceURI>{V2}/{class_name}</w:ResourceURI>"
    inside = f"<a:ReferenceParameters>{uri}<w:SelectorSet>{selector}</w:SelectorSet></a:ReferenceParameters>"
    wanted = f"<c:ResourceSettings>{inside}</c:ResourceSettings>"
    return raw.invoke(SERVICE, "RemoveResourceSettings", wanted, VSMS)


def remove(raw: RawClient, instance_id: str) -> None:
    assert result(removal(raw, instance_id)) in ("0", "4096")


def test_a_drive_is_not_removed_from_under_its_disk(raw: RawClient, vm: str) -> None:
    """Recorded: a fault with 0x80041001, no return value (behaviour.md 5)."""
    controller = add(raw, vm, instance("Msvm_ResourceAllocationSettingData", *SCSI))
    (of_controller,) = controller.all("//w:Selector[@Name='InstanceID']/text()")
    drive = add(
        raw,
        vm,
        instance(
            "Msvm_ResourceAllocationSettingData",
            scalar("ResourceType", "17", "uint16"),
            scalar("ResourceSubType", "Microsoft:Hyper-V:Synthetic Disk Drive"),
            scalar("AddressOnParent", "0"),
            scalar("Parent", path_to(str(of_controller))),
        ),
    )
    (of_drive,) = drive.all("//w:Selector[@Name='InstanceID']/text()")
    disk = add(
        raw,
        vm,
        instance(
            DISK,
            scalar("ResourceType", "31", "uint16"),
            scalar("ResourceSubType", "Microsoft:Hyper-V:Virtual Hard Disk"),
            scalar("Parent", path_to(str(of_drive))),
            '<PROPERTY.ARRAY NAME="HostResource" TYPE="string"><VALUE.ARRAY><VALUE>C:\\none.vhdx</VALUE>'
            "</VALUE.ARRAY></PROPERTY.ARRAY>",
        ),
    )
    assert result(disk) == "0", "whether the file is there is asked when the VM starts"
    refused = removal(raw, str(of_drive))
    assert (refused.status, refused.subcode) == (500, "w:InternalError")
    assert refused.text("//error:error_Code") == str(0x80041001)
    (of_disk,) = disk.all("//w:Selector[@Name='InstanceID']/text()")
    for instance_id in (of_disk, of_drive, of_controller):
        remove(raw, str(instance_id))


def path_to(instance_id: str) -> str:
    doubled = instance_id.replace("\\", "\\\\")
    return f"Msvm_ResourceAllocationSettingData.InstanceID=&#34;{doubled}&#34;"
