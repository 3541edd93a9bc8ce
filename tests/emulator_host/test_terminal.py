"""The terminal service: where consoles are served, and who may open them."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.cim.schema import Schema
from openhyperv.wire.cimxml import instance_from_text
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate

SERVICE = "Msvm_TerminalService"
SETTINGS = "Msvm_TerminalServiceSettingData"


def _change(emulated: Emulated, **values: object) -> int:
    text = emulated.text(SETTINGS, {"InstanceID": "Microsoft:HV1", **values})
    return emulated.call_of(SERVICE, "ModifyServiceSettings", ServiceSettingData=text).return_value


def _access(emulated: Emulated, method: str, system: ObjectPath, *trustees: str) -> int:
    arguments = {"ComputerSystem": system, "Trustees": list(trustees)}
    return emulated.call_of(SERVICE, method, **arguments).return_value


def _trustees(emulated: Emulated, system: ObjectPath) -> list[object]:
    entries = emulated.call_of(SERVICE, "GetInteractiveSessionACL", ComputerSystem=system).out
    listed = entries["AccessControlList"]
    assert isinstance(listed, list)
    return [instance_from_text(str(entry), Schema.load())["Trustee"] for entry in listed]


def test_the_service_leads_to_its_settings(emulated: Emulated) -> None:
    (service,) = emulated.all(SERVICE)
    assert service.path is not None
    (settings,) = emulated.associated(service.path, SETTINGS, "Msvm_ElementSettingData")
    assert (settings["InstanceID"], settings["ListenerPort"]) == ("Microsoft:HV1", 2179)


def test_another_port_stays_over_a_restart(tmp_path: Path) -> None:
    first = emulate(tmp_path)
    assert _change(first, ListenerPort=2180) == 0
    first.host.close()
    second = emulate(tmp_path)
    (settings,) = second.all(SETTINGS)
    second.host.close()
    assert settings["ListenerPort"] == 2180


@pytest.mark.parametrize("port", [0, 65536])
def test_what_is_no_port_is_refused(emulated: Emulated, port: int) -> None:
    assert _change(emulated, ListenerPort=port) == 32773
    (settings,) = emulated.all(SETTINGS)
    assert settings["ListenerPort"] == 2179


def test_access_is_granted_and_revoked(emulated: Emulated) -> None:
    system, other = emulated.define("one"), emulated.define("two")
    assert _access(emulated, "GrantInteractiveSessionAccess", system, r"CORP\ann", "S-1-5-32-544") == 0
    assert _access(emulated, "GrantInteractiveSessionAccess", system, r"corp\ANN") == 0
    assert _trustees(emulated, system) == [r"CORP\ann", "S-1-5-32-544"]
    assert _trustees(emulated, other) == []
    assert _access(emulated, "RevokeInteractiveSessionAccess", system, r"corp\ann") == 0
    assert _trustees(emulated, system) == ["S-1-5-32-544"]


@pytest.mark.parametrize("trustees", [[], ["a:b"], [""]])
def test_who_is_no_account_is_granted_nothing(emulated: Emulated, trustees: list[str]) -> None:
    system = emulated.define()
    assert _access(emulated, "GrantInteractiveSessionAccess", system, *trustees) == 32773
    assert _trustees(emulated, system) == []
