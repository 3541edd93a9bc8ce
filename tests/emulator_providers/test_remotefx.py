"""RemoteFX: 3D displays in the place of plain ones, in the releases that have them."""

from __future__ import annotations

import pytest

from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.host.hardware import Gpu
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulate, Emulated

SERVICE = "Msvm_VirtualSystemManagementService"
DISPLAY_3D = "Msvm_Synthetic3DDisplayControllerSettingData"
SMALL = Gpu(name="Small GPU", memory_mb=128)
OFF = Gpu(name="Unused GPU", memory_mb=8192, is_enabled=False)
WITHOUT_DIRECTX_11 = Gpu(name="Old GPU", memory_mb=512, directx_version="10.1")
MIB = 1 << 20


def machine(emulated: Emulated, name: str = "vm", generation: int = 1) -> ObjectPath:
    values: dict[str, Value] = {
        "ElementName": name,
        "VirtualSystemSubType": f"Microsoft:Hyper-V:SubType:{generation}",
    }
    text = emulated.text("Msvm_VirtualSystemSettingData", values)
    emulated.call(SERVICE, "DefineSystem", SystemSettings=text, ResourceSettings=[])
    (settings,) = emulated.query(f"SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName='{name}'")
    assert settings.path is not None
    return settings.path


def displays(emulated: Emulated, settings: ObjectPath) -> list[Instance]:
    """A VM's synthetic display controllers."""
    owner = settings.key("InstanceID")
    return emulated.query(
        rf"SELECT * FROM CIM_ResourceAllocationSettingData WHERE InstanceID LIKE '{owner}\\%'"
        r" AND ResourceType=24 AND ResourceSubType<>'Microsoft:Hyper-V:S3 Display Controller'"
    )


def remove_display(emulated: Emulated, settings: ObjectPath) -> None:
    (plain,) = displays(emulated, settings)
    assert emulated.call(SERVICE, "RemoveResourceSettings", ResourceSettings=[plain.path]).return_value == 0


def add_3d(emulated: Emulated, settings: ObjectPath, **values: Value) -> Result:
    sub_type = "Microsoft:Hyper-V:Synthetic 3D Display Controller"
    text = emulated.text(DISPLAY_3D, {"ResourceType": 24, "ResourceSubType": sub_type, **values})
    return emulated.call(
        SERVICE, "AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=[text]
    )


def start(emulated: Emulated, name: str = "vm") -> Instance:
    """The job that starts a VM."""
    return emulated.finished_job(emulated.on_machine("RequestStateChange", name, RequestedState=2))


@pytest.mark.parametrize("release", ["2012R2", "2016"])
def test_a_3d_display_takes_the_place_of_the_plain_one(emulate: Emulate, release: str) -> None:
    emulated = emulate(release, gpus=[SMALL])
    settings = machine(emulated)
    values: dict[str, Value] = {"MaximumMonitors": 2, "MaximumScreenResolution": 1}
    assert add_3d(emulated, settings, **values).return_value == 32773, "the plain one is there"
    remove_display(emulated, settings)
    assert add_3d(emulated, settings, **values).return_value == 0
    (display,) = displays(emulated, settings)
    assert (display["MaximumMonitors"], display["MaximumScreenResolution"]) == (2, 1)
    assert start(emulated)["JobState"] == 7
    assert len(emulated.all("Msvm_Synthetic3DDisplayController")) == 1


@pytest.mark.parametrize(
    ("release", "values"),
    [
        ("2012R2", {"MaximumMonitors": 5, "MaximumScreenResolution": 0}),
        ("2016", {"MaximumMonitors": 9, "MaximumScreenResolution": 0}),
        ("2016", {"MaximumMonitors": 1, "MaximumScreenResolution": 6}),
        ("2016", {"MaximumMonitors": 1, "MaximumScreenResolution": 5, "VRAMSizeBytes": 65 * MIB}),
    ],
)
def test_what_no_display_can_do_is_refused(emulate: Emulate, release: str, values: dict[str, Value]) -> None:
    emulated = emulate(release)
    settings = machine(emulated)
    remove_display(emulated, settings)
    assert add_3d(emulated, settings, **values).return_value == 32773


def test_generation_2_has_remotefx_from_2016_on(emulate: Emulate) -> None:
    codes = []
    for release in ("2012R2", "2016"):
        emulated = emulate(release, release)
        settings = machine(emulated, generation=2)
        remove_display(emulated, settings)
        codes.append(add_3d(emulated, settings).return_value)
    assert codes == [32773, 0]


def test_running_displays_take_memory_until_there_is_none(emulate: Emulate) -> None:
    emulated = emulate("2016", gpus=[SMALL, OFF])
    for name in ("first", "second"):
        settings = machine(emulated, name)
        remove_display(emulated, settings)
        assert add_3d(emulated, settings, VRAMSizeBytes=128 * MIB).return_value == 0
    assert start(emulated, "first")["JobState"] == 7
    enabled = "SELECT * FROM Msvm_Physical3dGraphicsProcessor WHERE EnabledForVirtualization=TRUE"
    (gpu,) = emulated.query(enabled)
    assert (gpu["TotalVideoMemory"], gpu["AvailableVideoMemory"]) == (128 * MIB, 0)
    failed = start(emulated, "second")
    assert failed["JobState"] == 10
    assert "insufficient GPU resources" in str(failed["ErrorDescription"])


def test_without_a_graphics_processor_no_3d_display_starts(emulate: Emulate) -> None:
    emulated = emulate("2016", gpus=[OFF])
    settings = machine(emulated)
    remove_display(emulated, settings)
    add_3d(emulated, settings)
    assert start(emulated)["JobState"] == 10


def test_the_pool_tells_what_the_host_can_do(emulate: Emulate) -> None:
    able, unable = emulate("2016", "able", gpus=[SMALL]), emulate("2016", "not", gpus=[WITHOUT_DIRECTX_11])
    assert [able.only("Msvm_Synth3dVideoPool")[name] for name in ("IsGPUCapable", "IsSLATCapable")] == [
        True
    ] * 2
    assert unable.only("Msvm_Synth3dVideoPool")["IsGPUCapable"] is False


def test_remotefx_is_gone_from_2019_on(emulate: Emulate) -> None:
    emulated = emulate("2019", gpus=[SMALL])
    assert emulated.all("Msvm_Synth3dVideoPool") == []
    assert emulated.all("Msvm_Physical3dGraphicsProcessor") == []
    settings = machine(emulated)
    remove_display(emulated, settings)
    assert add_3d(emulated, settings).return_value == 32773
