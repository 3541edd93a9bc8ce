"""Meters last: over restarts of the host and with machines that leave it, as long as somebody wants them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.metering import (
    CPU,
    ENABLE,
    SERVICE,
    SUCCESS,
    control,
    grown,
    meter_rule,
    running_machine,
    values_of,
)
from tests.emulator_host.transfers import exported, imported, realized


@pytest.fixture
def system(emulated: Emulated) -> ObjectPath:
    return running_machine(emulated)


@pytest.mark.parametrize(
    ("asked_hours", "answer", "kept_hours"), [(2, 0, 2), (0.5, 0, 1), (25, 32773, 1)], ids=str
)
def test_meters_are_written_every_few_hours(
    emulated: Emulated, asked_hours: float, answer: int, kept_hours: int
) -> None:
    class_name = "Msvm_MetricServiceSettingData"
    text = emulated.text(class_name, {"MetricsFlushInterval": timedelta(hours=asked_hours)})
    assert emulated.call_of(SERVICE, "ModifyServiceSettings", SettingData=text).return_value == answer
    (settings,) = emulated.all(class_name)
    assert settings["MetricsFlushInterval"] == timedelta(hours=kept_hours)


@pytest.fixture
def restarted(tmp_path: Path, emulated: Emulated, system: ObjectPath) -> Iterator[Emulated]:
    """The host after a restart; processor and traffic were metered before."""
    meter_rule(emulated, system, 1)
    assert control(emulated, system, None, ENABLE) == SUCCESS
    grown(emulated, system, "Aggregated Disk Data Read")
    emulated.host.close()
    again = emulate(tmp_path)
    yield again
    again.host.close()


def test_meters_outlive_a_restart(restarted: Emulated, system: ObjectPath) -> None:
    values = values_of(restarted, system)
    assert int(str(values["Aggregated Disk Data Read"]["MetricValue"])) > 0
    assert "Aggregated Filtered Incoming Network Traffic" not in values


def test_a_machine_takes_its_meters_along(emulated: Emulated, system: ObjectPath) -> None:
    control(emulated, system, CPU, ENABLE)
    emulated.request(system, 3)
    assert emulated.call("DestroySystem", AffectedSystem=system).return_value in (0, 4096)
    emulated.until(
        lambda: Instance("gone", {"left": len(emulated.all("CIM_BaseMetricValue"))}), lambda i: not i["left"]
    )


@pytest.mark.parametrize("new_identity", [False, True])
def test_an_exported_machine_takes_its_meters_along(
    emulated: Emulated, system: ObjectPath, new_identity: bool
) -> None:
    name = "Aggregated Disk Data Read"
    control(emulated, system, name, ENABLE)
    counted = grown(emulated, system, name, beyond=2)
    emulated.request(system, 3)
    file = exported(emulated, system, r"C:\exported")
    emulated.call("DestroySystem", AffectedSystem=system)
    emulated.until(lambda: Instance("left", {"count": len(emulated.host.systems)}), lambda i: not i["count"])
    again = realized(emulated, imported(emulated, file, new_identity=new_identity))
    assert grown(emulated, again, name) >= counted
