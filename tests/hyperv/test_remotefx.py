"""RemoteFX: a display in the place of the plain one, or an error that says what replaces it."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import (
    InvalidInputError,
    MethodError,
    UnsupportedError,
)
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.graphics import RemoteFx, Resolution
from openhyperv.machine.host_traits import HostTraits
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.gpu_hosts import VERSIONS, Connect, machine_on
from tests.hyperv.specs import GEN_1, GEN_2, machine_spec
from tests.witness import Witness, changes

HD = RemoteFx(Resolution.R1920X1200, monitors=2, vram_mb=256)


def displays(host: Host, machine: VirtualMachine) -> list[str]:
    """What shows the guest's picture, as the host tells it."""
    rows = host.session.associators(system_settings(machine.guid), "Msvm_VirtualSystemSettingDataComponent")
    of_displays = [row for row in rows if row.get("ResourceType") == 24]
    texts = [f"{row['ResourceSubType']} {row['Address'] or ''}" for row in of_displays]
    return sorted(text.removeprefix("Microsoft:Hyper-V:").strip() for text in texts)


@shows("M5")
@pytest.mark.parametrize("release", ["2012R2", "2016"])
def test_gpus_for_remotefx_tell_their_memory(connect: Connect, release: str) -> None:
    emulated, host = connect(release)
    assert host.gpus.has_remotefx()
    with requests(emulated, host) as sent:
        (gpu,) = host.gpus.remotefx()
    assert (gpu.name, gpu.memory_mb, gpu.free_memory_mb) == ("Emulated GPU", 1024, 1024)
    assert sent == ["Enumerate"]


@shows("F5")
@pytest.mark.parametrize(
    ("release", "display"),
    [("2012R2", RemoteFx(Resolution.R1600X1200, monitors=3)), ("2016", HD)],
)
def test_remotefx_takes_the_place_of_the_plain_display_and_gives_it_back(
    connect: Connect, release: str, display: RemoteFx
) -> None:
    emulated, host = connect(release)
    machine = machine_on(host, release)
    before = displays(host, machine)
    assert before == ["S3 Display Controller 5353,00000000,00", "Synthetic Display Controller"]
    with requests(emulated, host) as sent:
        machine.gpus.enable_remotefx(display)
    assert sent == ["Enumerate"] * 3 + ["Invoke"] * 3
    assert displays(host, machine) == [
        "S3 Display Controller 02C1,00000000,01",
        "Synthetic 3D Display Controller",
    ]
    found = machine.gpus.remotefx()
    assert found is not None
    assert (found.resolution, found.monitors) == (display.resolution, display.monitors)
    assert machine.gpus.disable_remotefx()
    assert (displays(host, machine), machine.gpus.remotefx()) == (before, None)
    assert not machine.gpus.disable_remotefx()


@shows("F5")
def test_a_remotefx_display_is_changed_in_place_and_only_where_it_differs(
    connect: Connect, witness: Witness
) -> None:
    _, host = connect("2016")
    machine = machine_on(host, "2016")
    machine.gpus.enable_remotefx(HD)
    with witness.watching() as seen:
        machine.gpus.enable_remotefx(HD)
        machine.gpus.enable_remotefx(RemoteFx(HD.resolution, HD.monitors))
    assert changes(seen) == []
    larger = RemoteFx(Resolution.R3840X2160, monitors=1, vram_mb=1024)
    machine.gpus.enable_remotefx(larger)
    assert machine.gpus.remotefx() == larger
    machine.start()
    (gpu,) = host.gpus.remotefx()
    assert gpu.free_memory_mb == 0


@shows("F5")
def test_generation_2_has_remotefx_on_2016(connect: Connect) -> None:
    _, host = connect("2016")
    machine = machine_on(host, "2016", GEN_2)
    machine.gpus.enable_remotefx(HD)
    assert displays(host, machine) == ["Synthetic 3D Display Controller"]


@shows("F5")
@pytest.mark.parametrize(
    ("release", "display"),
    [
        ("2012R2", RemoteFx(Resolution.R2560X1600, monitors=2)),
        ("2016", RemoteFx(Resolution.R3840X2160, monitors=2)),
        ("2016", RemoteFx(Resolution.R1024X768, vram_mb=65)),
    ],
)
def test_a_display_that_no_remotefx_makes_is_refused_before_anything_changes(
    connect: Connect, witness: Witness, release: str, display: RemoteFx
) -> None:
    _, host = connect(release)
    machine = machine_on(host, release)
    with witness.watching() as seen, pytest.raises(InvalidInputError):
        machine.gpus.enable_remotefx(display)
    assert changes(seen) == []


def test_a_host_that_refuses_remotefx_leaves_the_plain_display(connect: Connect, witness: Witness) -> None:
    _, host = connect("2016")
    machine = machine_on(host, "2016")
    before = displays(host, machine)
    refusal = Rule(action=MethodReturns(return_value=32773), method="AddResourceSettings", count=1)
    with witness.misfortune(refusal), pytest.raises(MethodError):
        machine.gpus.enable_remotefx(HD)
    assert displays(host, machine) == before


@shows("F5")
def test_generation_2_has_no_remotefx_before_2016(connect: Connect, witness: Witness) -> None:
    _, host = connect("2012R2")
    machine = machine_on(host, "2012R2", GEN_2)
    with witness.watching() as seen, pytest.raises(UnsupportedError, match="generation 2"):
        machine.gpus.enable_remotefx(RemoteFx(Resolution.R1024X768))
    assert changes(seen) == []


@shows("F5")
@pytest.mark.parametrize(
    ("release", "instead"),
    [("2019", "Discrete Device Assignment"), ("2022", "Discrete Device Assignment"), ("2025", "partition")],
)
def test_where_remotefx_is_gone_the_error_says_what_replaces_it(
    connect: Connect, witness: Witness, release: str, instead: str
) -> None:
    _, host = connect(release)
    assert (host.gpus.has_remotefx(), host.gpus.remotefx()) == (False, [])
    machine = machine_on(host, release)
    with witness.watching() as seen, pytest.raises(UnsupportedError) as caught:
        machine.gpus.enable_remotefx(HD)
    assert instead in str(caught.value.remedy)
    assert changes(seen) == []


def test_without_its_role_service_there_is_no_remotefx(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, version="2016", has_files=True) as running,
        Host.connect(target_of(running)) as host,
    ):
        machine = machine_on(host, "2016")
        with pytest.raises(UnsupportedError, match="RDS-Virtualization"):
            machine.gpus.enable_remotefx(HD)


def test_before_2016_nobody_chooses_video_memory(connect: Connect, witness: Witness) -> None:
    _, host = connect("2012R2")
    machine = machine_on(host, "2012R2")
    with witness.watching() as seen, pytest.raises(UnsupportedError, match="video memory"):
        machine.gpus.enable_remotefx(HD)
    assert changes(seen) == []


@shows("F5")
@pytest.mark.parametrize(("release", "generation"), [("2012R2", GEN_1), ("2016", GEN_1), ("2016", GEN_2)])
def test_a_machine_is_created_with_a_remotefx_display(
    connect: Connect, release: str, generation: dict[str, str]
) -> None:
    emulated, host = connect(release)
    spec = machine_spec(
        "machine",
        generation,
        host=VERSIONS[release],
        extra_specs={"os:resolution": "1600x1200", "os:monitors": "3"},
        traits=HostTraits(has_remotefx=host.gpus.has_remotefx()),
    )
    with requests(emulated, host) as sent:
        machine = host.create(spec)
    assert sent.count("Invoke") == 6, (
        "DefineSystem, four as for any machine, and the plain display makes room"
    )
    assert machine.gpus.remotefx() == RemoteFx(Resolution.R1600X1200, 3, 64 if release == "2016" else None)
    assert "Synthetic Display Controller" not in displays(host, machine)


@shows("F5")
@pytest.mark.parametrize("release", ["2012R2", "2016"])
def test_a_resize_away_from_remotefx_restores_the_plain_display(connect: Connect, release: str) -> None:
    _, host = connect(release)
    plain = machine_spec("machine", GEN_1, host=VERSIONS[release])
    machine = host.create(plain)
    before = displays(host, machine)
    with_remotefx = evolve(plain, graphics=RemoteFx(Resolution.R1024X768, 2))
    assert "the display" in machine.reconfigure(with_remotefx)
    machine.reconfigure(evolve(plain, graphics=RemoteFx(Resolution.R1280X1024, 4)))
    found = machine.gpus.remotefx()
    assert found is not None
    assert (found.resolution, found.monitors) == (Resolution.R1280X1024, 4)
    machine.reconfigure(plain)
    assert (displays(host, machine), machine.gpus.remotefx()) == (before, None)
    assert machine.reconfigure(plain) == []
