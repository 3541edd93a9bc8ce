"""os-win puts RemoteFX displays into machines of Windows Server 2016, and takes them out again."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows_2016")

RASD = "Msvm_ResourceAllocationSettingData"
PLAIN = "Msvm_SyntheticDisplayControllerSettingData"
DISPLAY_3D = "Msvm_Synthetic3DDisplayControllerSettingData"
MIB = 1 << 20
DIRECTX_11, PLAIN_S3 = "02C1,00000000,01", "5353,00000000,00"


def made(vmutils: Any, session: Session, name: str, generation: int) -> Machine:
    vmutils.create_vm(name, False, generation, FOLDER)
    return Machine(session, name)


@proves(
    "vmutils.VMUtils.enable_remotefx_video_adapter",
    "vmutils.VMUtils.disable_remotefx_video_adapter",
    "vmutils10.VMUtils10.vm_gen_supports_remotefx",
)
@pytest.mark.parametrize("generation", [1, 2])
def test_remotefx_comes_and_goes(vmutils: Any, ours: Session, generation: int) -> None:
    machine = made(vmutils, ours, f"generation-{generation}", generation)
    assert vmutils.vm_gen_supports_remotefx(generation) is True
    vmutils.enable_remotefx_video_adapter(machine.name, 2, "1920x1200", 256 * MIB)
    display = machine.device(DISPLAY_3D)
    assert (display["MaximumMonitors"], display["MaximumScreenResolution"]) == (2, 3)
    assert display["VRAMSizeBytes"] == 256 * MIB
    assert machine.devices(PLAIN) == []
    if generation == 1:
        assert machine.device(RASD, "S3 Display Controller")["Address"] == DIRECTX_11
    vmutils.disable_remotefx_video_adapter(machine.name)
    assert machine.devices(DISPLAY_3D) == []
    assert len(machine.devices(PLAIN)) == 1
    if generation == 1:
        assert machine.device(RASD, "S3 Display Controller")["Address"] == PLAIN_S3


@proves("vmutils.VMUtils.enable_remotefx_video_adapter")
def test_a_display_is_changed_where_there_is_one(vmutils: Any, ours: Session) -> None:
    machine = made(vmutils, ours, "changed", 2)
    vmutils.enable_remotefx_video_adapter(machine.name, 1, "1024x768", 64 * MIB)
    vmutils.enable_remotefx_video_adapter(machine.name, 1, "3840x2160", 1024 * MIB)
    display = machine.device(DISPLAY_3D)
    assert (display["MaximumScreenResolution"], display["VRAMSizeBytes"]) == (5, 1024 * MIB)


def test_a_machine_without_remotefx_is_left_alone(vmutils: Any, ours: Session) -> None:
    machine = made(vmutils, ours, "plain", 2)
    vmutils.disable_remotefx_video_adapter(machine.name)
    assert len(machine.devices(PLAIN)) == 1
