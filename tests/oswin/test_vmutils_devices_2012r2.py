"""os-win and the devices of Windows Server 2012 R2: RemoteFX for generation 1, and no PCI devices."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows_2012r2")

RASD = "Msvm_ResourceAllocationSettingData"
DISPLAY_3D = "Msvm_Synthetic3DDisplayControllerSettingData"


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    """A machine of generation 1."""
    vmutils.create_vm(request.node.name, False, 1, FOLDER)
    return Machine(ours, request.node.name)


@proves("vmutils.VMUtils.vm_gen_supports_remotefx")
def test_remotefx_is_for_generation_1(vmutils: Any) -> None:
    supported = [vmutils.vm_gen_supports_remotefx(generation) for generation in (1, 2)]
    assert supported == [True, False]


@proves("vmutils.VMUtils.enable_remotefx_video_adapter")
def test_a_display_has_monitors_and_a_resolution(vmutils: Any, machine: Machine) -> None:
    vmutils.enable_remotefx_video_adapter(machine.name, 4, "1280x1024")
    display = machine.device(DISPLAY_3D)
    assert (display["MaximumMonitors"], display["MaximumScreenResolution"]) == (4, 1)
    assert machine.devices(RASD, "Synthetic Display Controller") == []


@proves(
    "vmutils.VMUtils.add_pci_device",
    "vmutils.VMUtils.remove_pci_device",
    "vmutils.VMUtils.remove_all_pci_devices",
)
def test_pci_devices_came_later(vmutils: Any, machine: Machine) -> None:
    for call in (vmutils.add_pci_device, vmutils.remove_pci_device):
        with pytest.raises(NotImplementedError, match="2016"):
            call(machine.name, "10DE", "13F2")
    vmutils.remove_all_pci_devices(machine.name)
    kinds = {
        str(device["ResourceSubType"]) for device in machine.devices("CIM_ResourceAllocationSettingData")
    }
    assert not {kind for kind in kinds if "Pci" in kind}
