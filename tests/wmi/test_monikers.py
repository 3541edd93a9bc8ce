"""What monikers lead to."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.wire.path import ObjectPath
from openhyperv.wmi.moniker import Moniker, parse_moniker
from tests.emulated import ACCOUNT
from tests.wmi.making import failure_code, requests_to

NOT_FOUND = -2147217406
INVALID_NAMESPACE = -2147217394
INVALID_CLASS = -2147217392
INVALID_PARAMETER = -2147217400
INVALID_OBJECT_PATH = -2147217350
RPC_UNAVAILABLE = -2147023174
LOGON_FAILURE = -2147023570


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Moniker("root/cimv2")),
        ("root/virtualization/v2", Moniker("root/virtualization/v2")),
        (r"root\Microsoft\Windows\SMB", Moniker("root/Microsoft/Windows/SMB")),
        ("//./root/cimv2", Moniker("root/cimv2", ".")),
        (r"\\HV1\root\cimv2", Moniker("root/cimv2", "HV1")),
        ("//hv1.example.org/root/msps", Moniker("root/msps", "hv1.example.org")),
        ("winmgmts://hv1/root/cimv2", Moniker("root/cimv2", "hv1")),
        ("winmgmts:{impersonationLevel=impersonate}!//hv1/root/cimv2", Moniker("root/cimv2", "hv1")),
        ("winmgmts:root/wmi", Moniker("root/wmi")),
    ],
)
def test_a_moniker_names_a_host_and_a_namespace(text: str, expected: Moniker) -> None:
    assert parse_moniker(text) == expected


def test_a_computer_takes_the_place_of_the_local_host_only() -> None:
    assert parse_moniker("//./root/cimv2", "hv7").host == "hv7"
    assert parse_moniker("root/cimv2", "hv7").host == "hv7"
    assert parse_moniker("//hv1/root/cimv2", "hv7").host == "hv1"


keys = st.dictionaries(
    st.from_regex(r"[A-Z][A-Za-z]{0,8}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
    | st.text("\\\"',.=/:{} a", max_size=12)
    | st.integers(0, 2**32),
    min_size=1,
    max_size=3,
)


@given(keys)
def test_the_path_of_an_object_leads_to_that_object_whatever_its_keys_hold(given_keys: Any) -> None:
    path = ObjectPath("Msvm_Thing", given_keys, "root/virtualization/v2", "HV1")
    found = parse_moniker(str(path))
    assert (found.host, found.namespace) == ("HV1", "root/virtualization/v2")
    assert found.path == path
    assert {name: str(value) for name, value in found.path.keys.items()} == {
        name: str(value) for name, value in given_keys.items()
    }


backslashed = st.lists(st.from_regex(r"[A-Za-z0-9:,. -]{1,6}", fullmatch=True), min_size=1, max_size=4)


@given(backslashed)
def test_a_path_whose_backslashes_the_caller_made_slashes_leads_to_its_object(parts: list[str]) -> None:
    path = ObjectPath("Msvm_Thing", {"InstanceID": "\\".join(parts)}, "root/virtualization/v2", "HV1")
    assert parse_moniker(str(path).replace("\\", "/")).path == path


@given(backslashed)
def test_backslashes_in_keys_need_no_escape(parts: list[str]) -> None:
    value = "\\".join(parts)
    found = parse_moniker(f'root/virtualization/v2:Msvm_Thing.InstanceID="{value}"')
    assert found.path is not None
    assert found.path.keys["InstanceID"] == value


def test_the_path_of_an_object_costs_one_request_and_no_connection(
    wmi: ModuleType, machine: Any, host: EmulatedHost
) -> None:
    before = requests_to(host)
    same = wmi.WMI(machine.path_())
    assert requests_to(host) == before + 1
    assert same == machine
    assert same.ElementName == "vm0001"


def test_a_class_with_one_key_needs_no_name_for_it(wmi: ModuleType) -> None:
    for moniker in ('root/cimv2:Win32_Service="vmms"', "root/cimv2:Win32_Service.Name='vmms'"):
        assert wmi.WMI(moniker).path_() == r'\\HV1\root\cimv2:Win32_Service.Name="vmms"'
    assert wmi.WMI("root/cimv2:Win32_OperatingSystem=@").CSName == "HV1"


@pytest.mark.parametrize("name", [".", "localhost", "HV1", "hv1", "127.0.0.1"])
def test_the_local_host_the_servers_own_name_and_its_address_lead_to_the_same_host(
    wmi: ModuleType, name: str
) -> None:
    found = wmi.WMI(f"//{name}/root/cimv2").Win32_OperatingSystem()
    assert [system.CSName for system in found] == ["HV1"]


@pytest.mark.parametrize(
    ("moniker", "code"),
    [
        ("root/nowhere", INVALID_NAMESPACE),
        ("//elsewhere/root/cimv2", RPC_UNAVAILABLE),
        ('root/virtualization/v2:Msvm_ComputerSystem.CreationClassName="x",Name="y"', NOT_FOUND),
        ("root/virtualization/v2:Msvm_ComputerSystem", INVALID_OBJECT_PATH),
        ("root/virtualization/v2:?", INVALID_PARAMETER),
    ],
)
def test_what_a_moniker_cannot_lead_to_is_refused_by_code(wmi: ModuleType, moniker: str, code: int) -> None:
    with pytest.raises(wmi.x_wmi) as refused:
        wmi.WMI(moniker)
    assert failure_code(refused.value) == code


def test_a_class_that_is_not_there_is_refused_as_such(wmi: ModuleType, conn: Any) -> None:
    with pytest.raises(wmi.x_wmi) as refused:
        conn.Msvm_Nonsense  # noqa: B018
    assert failure_code(refused.value) == INVALID_CLASS


def test_credentials_given_are_those_used(wmi: ModuleType) -> None:
    known = wmi.WMI(computer="HV1", user=ACCOUNT.name, password=ACCOUNT.password)
    assert known.Win32_OperatingSystem()[0].CSName == "HV1"
    with pytest.raises(wmi.x_wmi) as refused:
        wmi.WMI(computer="HV1", user="DOMAIN/Nobody", password="wrong")
    assert failure_code(refused.value) == LOGON_FAILURE


def test_connecting_again_asks_the_host_nothing(wmi: ModuleType, conn: Any, host: EmulatedHost) -> None:
    before = requests_to(host)
    again = wmi.WMI("//./ROOT/Virtualization/v2")
    assert again.Msvm_ComputerSystem.keys == conn.msvm_computersystem.keys
    assert requests_to(host) == before
