"""Rescue: another disk to boot from, the server's own beside it, and back."""

from __future__ import annotations

from typing import Any

from tests.capabilities import shows
from tests.files.pictures import make_iso

from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.drives import Bus, Slot
from tests_openstack.nova.cloud import GEN_2, Cloud

FIRST = {"hyperv-gen1": Slot(Bus.IDE, 0, 0), "hyperv-gen2": Slot(Bus.SCSI, 0, 0)}
GEN_1 = {"hw_machine_type": "hyperv-gen1"}


class Rescue(Cloud):
    def rescue(self, server: dict[str, Any], image: str, *, status: str = "RESCUE") -> dict[str, Any]:
        """Rescue a server with an image; it has that status afterwards."""
        self.api.post_server_action(
            server["id"], {"rescue": {"rescue_image_ref": image, "adminPass": "secret"}}
        )
        return dict(self._wait_for_state_change(server, status))

    def unrescue(self, server: dict[str, Any]) -> None:
        self.api.post_server_action(server["id"], {"unrescue": None})
        self._wait_for_state_change(server, "ACTIVE")

    def drives(self, server: dict[str, Any]) -> dict[Slot, str]:
        """The bare names of the files in a server's drives."""
        drives = self.machine(server).disks.list()
        return {drive.slot: (drive.file or "").rpartition("\\")[2] for drive in drives}

    def files(self, server: dict[str, Any]) -> list[str]:
        folder = self.host.layout.machine(server["id"])
        return [each.name for each in self.host.share.list(folder) if not each.is_folder]

    def iso(self, **properties: str) -> str:
        image = self.image(**properties)
        self.glance.images[image]["disk_format"] = "iso"
        self.glance._imagedata[image] = make_iso(self.folder).read_bytes()
        return image

    def check_there_and_back(self, properties: dict[str, str]) -> None:
        """The rescue disk takes the root's place, and the root comes behind it, until it is over."""
        self.flags(force_config_drive=True)
        server = self.server(self.image(**properties))
        before, files = self.drives(server), self.files(server)
        self.rescue(server, self.image(**properties))
        during = self.drives(server)
        assert during[FIRST[properties["hw_machine_type"]]] == "root-rescue.vhdx"
        assert {"root.vhdx", "config-rescue.iso"} <= set(during.values())
        assert self.machine(server).state() is MachineState.RUNNING
        self.unrescue(server)
        assert (self.drives(server), self.files(server)) == (before, files)
        assert self.machine(server).state() is MachineState.RUNNING

    @shows("H13", "C17")
    def test_there_and_back_in_generation_2(self) -> None:
        self.check_there_and_back(GEN_2)

    @shows("H13", "C17")
    def test_there_and_back_in_generation_1(self) -> None:
        self.check_there_and_back(GEN_1)

    @shows("H13")
    def test_a_device_beside_the_root(self) -> None:
        server = self.server(self.image(**GEN_2))
        before, order = self.drives(server), self.machine(server).boot.order()
        for image, file in (
            (self.image(hw_rescue_device="disk", hw_rescue_bus="scsi"), "beside-rescue.vhdx"),
            (self.iso(hw_rescue_device="cdrom"), "beside-rescue.iso"),
        ):
            self.rescue(server, image)
            assert self.drives(server) == {**before, Slot(Bus.SCSI, 0, 1): file}
            assert self.machine(server).boot.order()[0].name == "scsi:0:1"
            self.unrescue(server)
            assert (self.drives(server), self.machine(server).boot.order()) == (before, order)

    @shows("H13")
    def test_a_rescue_that_fails_is_undone(self) -> None:
        server = self.server(self.image(**GEN_2))
        before, files = self.drives(server), self.files(server)
        refusal = Rule(action=MethodReturns(return_value=32773), method="AddResourceSettings")
        self.rules.replace([refusal])
        server = self.rescue(server, self.image(**GEN_2), status="ERROR")
        self.rules.clear()
        assert "cannot be rescued" in server["fault"]["message"]
        assert (self.drives(server), self.files(server)) == (before, files)

    @shows("C17")
    def test_what_the_server_would_not_boot_from_is_refused(self) -> None:
        server = self.server(self.image(**GEN_2))
        server = self.rescue(server, self.image(**GEN_1), status="ERROR")
        assert "of generation 2" in server["fault"]["message"]
        assert set(self.drives(server).values()) == {"root.vhdx"}

    @shows("H13")
    def test_a_server_in_rescue_is_deleted_whole(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.rescue(server, self.image(**GEN_2))
        self._delete_server(server)
        assert not list(self.host.machines())
        assert not self.host.share.list(self.host.layout.machines)
