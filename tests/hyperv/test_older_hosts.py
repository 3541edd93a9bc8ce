"""Machines on older releases: created, compared and changed with the settings that those know."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.errors import ConflictError
from openhyperv.hyperv.host import Host
from openhyperv.machine.host_version import WINDOWS_2012_R2, WINDOWS_2016, HostVersion
from openhyperv.machine.lifecycle import StopAction
from openhyperv.machine.memory import Memory
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import GEN_1, GEN_2, with_disk

MORE = Memory.static(2048)


@shows("E1", "A3")
@pytest.mark.parametrize(("release", "version"), [("2012R2", WINDOWS_2012_R2), ("2016", WINDOWS_2016)])
@pytest.mark.parametrize("generation", [GEN_1, GEN_2], ids=["gen1", "gen2"])
def test_a_machine_is_created_compared_and_changed(
    tmp_path: Path, release: str, version: HostVersion, generation: dict[str, str]
) -> None:
    with (
        emulated_host(tmp_path, version=release, has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        spec = with_disk("machine", generation, host=version)
        machine = host.create(spec)
        assert host.create(spec).guid == machine.guid
        machine.reconfigure(evolve(spec, memory=Memory(1024, 512, 2048), stop_action=StopAction.SHUT_DOWN))
        changed_back = machine.reconfigure(spec)
        assert {"VirtualQuantity", "DynamicMemoryEnabled", "AutomaticShutdownAction"} <= set(changed_back)
        machine.start()
        if version >= WINDOWS_2016:
            assert "VirtualQuantity" in machine.reconfigure(evolve(spec, memory=MORE))
            return
        with pytest.raises(ConflictError) as caught:
            machine.reconfigure(evolve(spec, memory=MORE))
        assert "Windows Server 2016" in (caught.value.remedy or "")
