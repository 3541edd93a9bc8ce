"""Lists of virtual machines in one call, and pictures of their screens."""

from __future__ import annotations

import pytest

from openhyperv.emulator.host.machines.summary import TELLERS
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated
from tests.emulator_host.devices import make_disk

ALL_CODES = [*range(12), *range(100, 124), 132, 133]


def _summaries(emulated: Emulated, codes: list[int], *of: ObjectPath | None) -> list[Instance]:
    settings = list(of) if of else None
    result = emulated.call("GetSummaryInformation", RequestedInformation=codes, SettingData=settings)
    assert result.return_value == 0
    found = result.out.get("SummaryInformation") or []
    assert isinstance(found, list)
    return [instance for instance in found if isinstance(instance, Instance)]


def test_no_setting_data_means_every_vm_and_not_the_host(emulated: Emulated) -> None:
    names = [f"vm{number}" for number in range(5)]
    for name in names:
        emulated.define(name)
    assert [summary["ElementName"] for summary in _summaries(emulated, [1])] == names


def test_a_host_without_vms_has_an_empty_list(emulated: Emulated) -> None:
    assert _summaries(emulated, [0, 1]) == []


def test_answers_come_in_the_order_asked_and_unknown_ones_are_nameless(emulated: Emulated) -> None:
    first, second = emulated.define("first"), emulated.define("second")
    nobody = ObjectPath("Msvm_VirtualSystemSettingData", {"InstanceID": "Microsoft:nobody"})
    settings = [emulated.settings_of(second).path, nobody, emulated.settings_of(first).path]
    found = _summaries(emulated, [0, 1], *settings)
    assert [summary.get("ElementName") for summary in found] == ["second", None, "first"]
    assert found[1].get("Name") is None


def test_every_code_has_an_answer_that_fits_the_class(emulated: Emulated) -> None:
    system = emulated.define("all", Notes=["n"])
    emulated.request(system, 2)
    (summary,) = _summaries(emulated, ALL_CODES)
    decl = emulated.host.schema.find("root/virtualization/v2", "Msvm_SummaryInformation")
    assert decl is not None
    assert all(decl.property(name) for name in summary)
    assert summary["EnabledState"] == 2
    assert summary["NumberOfProcessors"] == 1
    assert summary["MemoryUsage"] == 1024
    assert summary["Notes"] == "n"
    assert summary["Heartbeat"] == 12
    assert isinstance(summary["ThumbnailImage"], list)
    assert len(summary["ThumbnailImage"]) == 2 * 320 * 240
    assert len(TELLERS) > 25


def test_properties_not_asked_for_are_absent(emulated: Emulated) -> None:
    emulated.define()
    (summary,) = _summaries(emulated, [0])
    assert list(summary) == ["Name"]


def test_checkpoints_are_listed_with_their_vm(emulated: Emulated) -> None:
    make_disk(emulated, r"C:\a.vhdx")
    system = emulated.define()
    service = "Msvm_VirtualSystemSnapshotService"
    emulated.finish(emulated.call_of(service, "CreateSnapshot", AffectedSystem=system, SnapshotType=2))
    (summary,) = _summaries(emulated, [107])
    assert isinstance(summary["Snapshots"], list)
    assert len(summary["Snapshots"]) == 1


def test_a_running_vm_has_a_picture_and_one_that_is_off_has_none(emulated: Emulated) -> None:
    system = emulated.define()
    arguments = {"TargetSystem": emulated.settings_of(system).path, "WidthPixels": 80, "HeightPixels": 60}
    assert emulated.call("GetVirtualSystemThumbnailImage", **arguments).return_value == 32775
    emulated.request(system, 2)
    picture = emulated.call("GetVirtualSystemThumbnailImage", **arguments).out["ImageData"]
    assert isinstance(picture, list)
    assert len(picture) == 2 * 80 * 60


@pytest.mark.parametrize("size", [(0, 60), (80, 0), (60_000, 60_000)])
def test_senseless_sizes_are_refused(emulated: Emulated, size: tuple[int, int]) -> None:
    system = emulated.define()
    emulated.request(system, 2)
    result = emulated.call(
        "GetVirtualSystemThumbnailImage", TargetSystem=system, WidthPixels=size[0], HeightPixels=size[1]
    )
    assert result.return_value == 32773
