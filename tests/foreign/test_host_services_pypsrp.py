"""Disks, switches and host facts through pypsrp, with texts written out by hand; qemu-img reads the disks."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from time import monotonic, sleep

import pytest
from pypsrp.wsman import SelectorSet, WSMan

from openhyperv.emulator.emulated_host import EmulatedHost
from tests.emulated import ACCOUNT, emulated_host

V2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2"
CIMV2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
IMAGES = {"Msvm_ImageManagementService": "vhdsvc"}
SWITCHES = {"Msvm_VirtualEthernetSwitchManagementService": "nvspwmi"}
MIB = 1 << 20
DEADLINE_S = 30


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def wsman(host: EmulatedHost) -> Iterator[WSMan]:
    with WSMan(
        "127.0.0.1",
        port=host.listener.port,
        username=ACCOUNT.name,
        password=ACCOUNT.password,
        ssl=False,
        auth="ntlm",
        no_proxy=True,
    ) as wsman:
        yield wsman


def selectors(keys: Mapping[str, str]) -> SelectorSet:
    selector_set = SelectorSet()
    for name, value in keys.items():
        selector_set.add_option(name, value)
    return selector_set


def texts(element: ET.Element, name: str) -> list[str | None]:
    return [found.text for found in element.iter() if found.tag.endswith("}" + name)]


def instance(class_name: str, **values: tuple[str, str]) -> str:
    """CIM-XML with (type, value) properties; a list of values is written by :func:`with_array`."""
    properties = "".join(
        f'<PROPERTY NAME="{name}" TYPE="{kind}"><VALUE>{value}</VALUE></PROPERTY>'
        for name, (kind, value) in values.items()
    )
    return f'<INSTANCE CLASSNAME="{class_name}">{properties}</INSTANCE>'


def with_array(text: str, name: str, value: str) -> str:
    array = (
        f'<PROPERTY.ARRAY NAME="{name}" TYPE="string"><VALUE.ARRAY><VALUE>{value}</VALUE></VALUE.ARRAY>'
        "</PROPERTY.ARRAY>"
    )
    return text.replace("</INSTANCE>", f"{array}</INSTANCE>")


def call(
    wsman: WSMan, service: Mapping[str, str], method: str, *arguments: tuple[str, str | ET.Element]
) -> ET.Element:
    """Invoke a method of a service with arguments in order; an element is a reference."""
    ((class_name, name),) = service.items()
    uri = f"{V2}/{class_name}"
    request = ET.Element(f"{{{uri}}}{method}_INPUT")
    for argument, value in arguments:
        element = ET.SubElement(request, f"{{{uri}}}{argument}")
        if isinstance(value, str):
            element.text = value
        else:
            element.extend(value)
    keys = selectors({"CreationClassName": class_name, "Name": name, "SystemName": "HV1"})
    return wsman.invoke(f"{uri}/{method}", uri, request, selector_set=keys)


def reference(class_name: str, keys: Mapping[str, str]) -> ET.Element:
    """What stands in a reference parameter: an endpoint reference."""
    holder = ET.Element("holder")
    ET.SubElement(holder, f"{{{ADDRESSING}}}Address").text = f"{ADDRESSING}/role/anonymous"
    parameters = ET.SubElement(holder, f"{{{ADDRESSING}}}ReferenceParameters")
    ET.SubElement(parameters, f"{{{WSMAN}}}ResourceURI").text = f"{V2}/{class_name}"
    selector_set = ET.SubElement(parameters, f"{{{WSMAN}}}SelectorSet")
    for name, value in keys.items():
        ET.SubElement(selector_set, f"{{{WSMAN}}}Selector", Name=name).text = value
    return holder


def selected(output: ET.Element, name: str) -> str:
    """The value of a selector in the reference that a method returned."""
    found = [element.text for element in output.iter(f"{{{WSMAN}}}Selector") if element.get("Name") == name]
    return str(found[0])


def finished(wsman: WSMan, output: ET.Element, class_name: str) -> ET.Element:
    """The job that a method has started, once it is over."""
    assert texts(output, "ReturnValue") == ["4096"]
    keys = {"InstanceID": selected(output, "InstanceID")}
    deadline = monotonic() + DEADLINE_S
    while monotonic() < deadline:
        (job,) = wsman.get(f"{V2}/{class_name}", selector_set=selectors(keys))
        if int(str(texts(job, "JobState")[0])) >= 7:
            return job
        sleep(0.02)
    raise AssertionError("the job did not end in time")


def storage_job(wsman: WSMan, method: str, *arguments: tuple[str, str]) -> ET.Element:
    return finished(wsman, call(wsman, IMAGES, method, *arguments), "Msvm_StorageJob")


def disk(path: str, disk_type: int, disk_format: int, size: int) -> str:
    return instance(
        "Msvm_VirtualHardDiskSettingData",
        Path=("string", path),
        Type=("uint16", str(disk_type)),
        Format=("uint16", str(disk_format)),
        MaxInternalSize=("uint64", str(size)),
    )


def qemu_img_info(host: EmulatedHost, path: str) -> dict[str, object]:
    command = ["qemu-img", "info", "--output=json", str(host.host.files.local(path))]
    answer = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return dict(json.loads(answer.stdout))


def test_disks(host: EmulatedHost, wsman: WSMan) -> None:
    made = storage_job(
        wsman, "CreateVirtualHardDisk", ("VirtualDiskSettingData", disk(r"C:\a.vhdx", 3, 3, 64 * MIB))
    )
    assert texts(made, "JobState") == ["7"]
    assert qemu_img_info(host, r"C:\a.vhdx")["virtual-size"] == 64 * MIB
    grown = storage_job(
        wsman, "ResizeVirtualHardDisk", ("Path", r"C:\a.vhdx"), ("MaxInternalSize", str(96 * MIB))
    )
    assert texts(grown, "JobState") == ["7"]
    converted = storage_job(
        wsman,
        "ConvertVirtualHardDisk",
        ("SourcePath", r"C:\a.vhdx"),
        ("VirtualDiskSettingData", disk(r"C:\b.vhd", 3, 2, 96 * MIB)),
    )
    assert texts(converted, "JobState") == ["7"]
    info = qemu_img_info(host, r"C:\b.vhd")
    assert info["format"] == "vpc"
    output = call(wsman, IMAGES, "GetVirtualHardDiskSettingData", ("Path", r"C:\b.vhd"))
    setting = ET.fromstring(str(texts(output, "SettingData")[0]))
    values = {p.get("NAME"): p.findtext("VALUE") for p in setting.iter("PROPERTY")}
    assert (values["Format"], values["Type"], values["MaxInternalSize"]) == ("2", "3", str(96 * MIB))
    state = call(wsman, IMAGES, "GetVirtualHardDiskState", ("Path", r"C:\b.vhd"))
    assert "InUse" in str(texts(state, "State")[0])


def test_a_failed_disk_job_tells_why(wsman: WSMan) -> None:
    text = disk(r"C:\no such folder\a.vhdx", 3, 3, 64 * MIB)
    failed = storage_job(wsman, "CreateVirtualHardDisk", ("VirtualDiskSettingData", text))
    assert texts(failed, "JobState") == ["10"]
    assert texts(failed, "ErrorCode") == ["32779"]
    assert "0x8007000" in str(texts(failed, "ErrorDescription")[0])


def test_switches(wsman: WSMan) -> None:
    settings = instance("Msvm_VirtualEthernetSwitchSettingData", ElementName=("string", "lan"))
    port = instance(
        "Msvm_EthernetPortAllocationSettingData",
        ResourceType=("uint16", "33"),
        ResourceSubType=("string", "Microsoft:Hyper-V:Ethernet Connection"),
    )
    host_path = (
        r'\\HV1\root\virtualization\v2:Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="HV1"'
    )
    port = with_array(port, "HostResource", host_path.replace('"', "&quot;"))
    defined = call(wsman, SWITCHES, "DefineSystem", ("SystemSettings", settings), ("ResourceSettings", port))
    assert texts(defined, "ReturnValue") == ["0"]
    guid = selected(defined, "Name")
    (ports,) = wsman_query(wsman, "SELECT * FROM Msvm_InternalEthernetPort WHERE ElementName='lan'")
    assert texts(ports, "SystemName") == ["HV1"]
    switch = reference(
        "Msvm_VirtualEthernetSwitch", {"CreationClassName": "Msvm_VirtualEthernetSwitch", "Name": guid}
    )
    destroyed = call(wsman, SWITCHES, "DestroySystem", ("AffectedSystem", switch))
    assert texts(finished(wsman, destroyed, "Msvm_ConcreteJob"), "JobState") == ["7"]
    assert wsman_query(wsman, "SELECT * FROM Msvm_VirtualEthernetSwitch") == []


def wsman_query(wsman: WSMan, query: str) -> list[ET.Element]:
    request = ET.Element(f"{{{ENUMERATION}}}Enumerate")
    ET.SubElement(request, f"{{{WSMAN}}}OptimizeEnumeration")
    ET.SubElement(request, f"{{{WSMAN}}}MaxElements").text = "100"
    ET.SubElement(request, f"{{{WSMAN}}}Filter", Dialect=WQL).text = query
    response = wsman.enumerate(f"{V2}/*", request)
    return [item for items in response.iter(f"{{{WSMAN}}}Items") for item in items]


def test_windows_tells_of_itself(wsman: WSMan) -> None:
    (system,) = wsman.get(f"{CIMV2}/Win32_OperatingSystem")
    assert texts(system, "Version") == ["10.0.26100"]
    (drive,) = wsman.get(f"{CIMV2}/Win32_LogicalDisk", selector_set=selectors({"DeviceID": "C:"}))
    assert int(str(texts(drive, "FreeSpace")[0])) > 0


def test_a_default_is_found_by_query(wsman: WSMan) -> None:
    (memory,) = wsman_query(
        wsman,
        "SELECT * FROM Msvm_MemorySettingData WHERE InstanceID LIKE 'Microsoft:Definition%\\\\Default'",
    )
    assert texts(memory, "AllocationUnits") == ["byte * 2^20"]
