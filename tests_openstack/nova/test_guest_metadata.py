"""What a guest is told about itself: on its config drive, and of its devices."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nova.api.metadata.base import get_metadata_by_instance_id
from nova.tests.functional.api.client import OpenStackApiException
from tests.capabilities import shows

from openhyperv.hyperv.names import SYSTEM_SETTINGS
from openhyperv.machine.drives import Bus
from openhyperv.wire.wql import select
from tests_openstack.nova.cloud import GEN_2, Cloud

_USER_DATA = b"#!/bin/sh\necho hello\n"


class GuestMetadata(Cloud):
    microversion = "2.90"

    def made(self, image: str, **options: Any) -> dict[str, Any]:
        """A server that is ACTIVE, of whatever the API takes."""
        wanted = {
            "name": "guest",
            "imageRef": image,
            "flavorRef": self.flavor(),
            "networks": "none",
            **options,
        }
        created = self.api.post_server({"server": wanted})
        active = self._wait_for_state_change(created, "ACTIVE")
        return {**self.admin_api.get_server(active["id"]), "adminPass": created["adminPass"]}

    def config_drive(self, server: dict[str, Any]) -> dict[str, bytes]:
        """The files that the guest finds on its config drive, as xorriso reads them."""
        (file,) = [each for each in self.machine(server).disk_files() if Path(each).stem.endswith("config")]
        drive = self.on_disk(file)
        if drive.suffix == ".vhdx":
            raw = self.folder / "raw.iso"
            subprocess.run(["qemu-img", "convert", "-O", "raw", drive, raw], check=True, timeout=60)
            drive = raw
        target = self.folder / f"drive-of-{server['id']}"
        command = ["xorriso", "-osirrox", "on", "-indev", drive, "-extract", "/", target]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return {
            str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()
        }

    def on_disk(self, windows_path: str) -> Path:
        """Where the emulated host keeps a file of its drive C."""
        return self.emulated.options.data / "C" / Path(*windows_path.split("\\")[1:])

    def devices(self, server: dict[str, Any]) -> list[dict[str, Any]]:
        """What the metadata service tells the guest of its devices."""
        metadata = get_metadata_by_instance_id(server["id"], "192.0.2.1")
        return list(json.loads(metadata.get_openstack_item(["latest", "meta_data.json"]))["devices"])

    @shows("F4")
    def test_a_config_drive_has_metadata_network_and_user_data(self) -> None:
        port = self.neutron.port_1
        server = self.made(
            self.image(**GEN_2),
            config_drive=True,
            user_data=base64.b64encode(_USER_DATA).decode(),
            metadata={"role": "web"},
            networks=[{"port": port["id"], "tag": "front"}],
        )
        found = self.config_drive(server)
        about = json.loads(found["openstack/latest/meta_data.json"])
        assert (about["uuid"], about["meta"]) == (server["id"], {"role": "web"})
        assert about["hostname"].startswith("guest")
        assert found["openstack/latest/user_data"] == _USER_DATA
        (link,) = json.loads(found["openstack/latest/network_data.json"])["links"]
        assert link["ethernet_mac_address"] == port["mac_address"]
        (nic,) = [device for device in about["devices"] if device["type"] == "nic"]
        assert (nic["mac"], nic["tags"]) == (port["mac_address"], ["front"])
        assert "admin_pass" not in about

    @shows("F4")
    def test_a_config_drive_can_be_a_disk_and_hold_the_password(self) -> None:
        self.flags(group="openhyperv", config_drive_type="disk", config_drive_inject_password=True)
        server = self.made(self.image(), config_drive=True)
        about = json.loads(self.config_drive(server)["openstack/latest/meta_data.json"])
        assert about["admin_pass"] == server["adminPass"]
        drives = self.machine(server).disks.list()
        assert not any(drive.is_dvd for drive in drives)
        self._delete_server(server)
        assert not self.host.share.list(self.host.layout.machines)

    def test_a_rebuilt_server_has_a_new_config_drive(self) -> None:
        server = self.made(self.image(**GEN_2), config_drive=True)
        changed = base64.b64encode(b"#!/bin/sh\necho new\n").decode()
        self.api.post_server_action(
            server["id"], {"rebuild": {"imageRef": self.image(**GEN_2), "user_data": changed}}
        )
        self._wait_for_server_parameter(server, {"OS-EXT-STS:task_state": None, "status": "ACTIVE"})
        assert self.config_drive(server)["openstack/latest/user_data"] == b"#!/bin/sh\necho new\n"

    @shows("F10")
    def test_disks_and_tagged_ports_are_told_by_address(self) -> None:
        image = self.image(**GEN_2)
        mappings = [
            {"boot_index": 0, "uuid": image, "source_type": "image", "destination_type": "local"},
            {"boot_index": -1, "source_type": "blank", "destination_type": "local", "volume_size": 1}
            | {"tag": "scratch"},
        ]
        server = self.made(
            image,
            flavorRef=self.flavor(ephemeral_gb=1),
            block_device_mapping_v2=mappings,
            networks=[{"port": self.neutron.port_1["id"], "tag": "front"}],
        )
        told = self.devices(server)
        disks = {device["address"]: device["tags"] for device in told if device["type"] == "disk"}
        slots = [drive.slot for drive in self.machine(server).disks.list()]
        assert disks == dict(zip((slot.guest_address for slot in slots), ([], ["scratch"]), strict=True))
        assert {slot.bus for slot in slots} == {Bus.SCSI}
        (nic,) = [device for device in told if device["type"] == "nic"]
        assert nic["tags"] == ["front"]

    @shows("F10")
    def test_a_port_that_is_attached_later_is_told_too(self) -> None:
        server = self.made(self.image(**GEN_2))
        port = self.neutron.port_1
        body = {"interfaceAttachment": {"port_id": port["id"], "tag": "later"}}
        self.api.attach_interface(server["id"], body)
        assert [each["tags"] for each in self.devices(server) if each["type"] == "nic"] == [["later"]]
        self._detach_interface(server, port["id"])
        assert [each["type"] for each in self.devices(server)] == ["disk"]

    def test_a_port_that_could_not_be_attached_is_not_told(self) -> None:
        server = self.made(self.image())
        body = {"interfaceAttachment": {"port_id": self.neutron.port_1["id"], "tag": "never"}}
        with pytest.raises(OpenStackApiException, match="Failed to attach"):
            self.api.attach_interface(server["id"], body)
        assert [each["type"] for each in self.devices(server)] == ["disk"]

    @shows("E11")
    def test_the_chassis_is_labelled_as_nova_does(self) -> None:
        server = self.made(self.image(**GEN_2))
        query = select(SYSTEM_SETTINGS, "InstanceID", "ChassisAssetTag")
        tags = {row.get("InstanceID"): row.get("ChassisAssetTag") for row in self.host.session.query(query)}
        assert tags[f"Microsoft:{self.machine(server).guid}"] == "OpenStack Nova"
