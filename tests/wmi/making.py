"""Machines made through the module, as old code makes them."""

from __future__ import annotations

from typing import Any

from openhyperv.emulator.emulated_host import EmulatedHost

STATE_CHANGES = (
    "SELECT * FROM __InstanceModificationEvent WITHIN 1 "
    "WHERE TargetInstance ISA 'Msvm_ComputerSystem' "
    "AND TargetInstance.EnabledState != PreviousInstance.EnabledState"
)
"""Machines that start, stop and so on."""


def define(conn: Any, name: str) -> str:
    """Define a machine without devices; the path of its settings."""
    settings = conn.Msvm_VirtualSystemSettingData.new()
    settings.ElementName = name
    service = conn.Msvm_VirtualSystemManagementService()[0]
    _, _, code = service.DefineSystem(ResourceSettings=[], SystemSettings=settings.GetText_(1))
    assert code == 0
    found: str = conn.Msvm_VirtualSystemSettingData(ElementName=name)[0].path_()
    return found


def failure_code(error: Any) -> int:
    """The signed code of an exception, which every place that has it must agree on."""
    assert error.com_error.hresult == error.com_error.excepinfo[5]
    code: int = error.com_error.hresult
    return code


def requests_to(host: EmulatedHost) -> int:
    """How many requests the host has answered so far."""
    return sum(host.service.counts().values())
