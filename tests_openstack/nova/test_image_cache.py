"""The images on a host: brought before they are needed, kept as long as they are, and refused."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest
from nova import context
from nova.objects.trusted_certs import TrustedCerts
from tests.capabilities import shows
from tests.files.pictures import make_image, make_iso

from openhyperv.errors import NotFoundError
from openhyperv.nova.images import image_cache
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.uploads import keep_uploads


class ImagesOfAHost(Cloud):
    def cached(self) -> list[str]:
        """The files of images on the host."""
        try:
            return [each.name for each in self.host.share.list(self.host.layout.images) if not each.is_folder]
        except NotFoundError:
            return []

    def age(self, passes: int = 2) -> None:
        """Let Nova look after the cache, as it does every forty minutes."""
        for _ in range(passes):
            self.compute.manager._run_image_cache_manager_pass(context.get_admin_context())

    def fails(self, image: str) -> str:
        """What Nova tells of a server that cannot be made of the image."""
        server = self._create_server(
            image_uuid=image, networks="none", flavor_id=self.flavor(), expected_state="ERROR"
        )
        assert not list(self.host.machines())
        return str(server["fault"]["message"])


class Caching(ImagesOfAHost):
    @shows("C3", "C12")
    def test_an_image_is_brought_once_before_it_is_needed(self) -> None:
        image, admin = self.image(), context.get_admin_context()
        assert self.compute.manager.cache_images(admin, [image]) == {image: "cached"}
        assert self.compute.manager.cache_images(admin, [image]) == {image: "existing"}
        assert self.cached() == [f"{image}.vhdx"]

    @shows("C13")
    def test_trusted_certificates_go_to_who_fetches(self) -> None:
        seen: list[Any] = []
        download = self.glance.download

        def downloaded(*args: Any, trusted_certs: Any = None, **kwargs: Any) -> Any:
            seen.append(trusted_certs)
            return download(*args, trusted_certs=trusted_certs, **kwargs)

        self.glance.download = downloaded
        server = self._build_server(image_uuid=self.image(), networks="none", flavor_id=self.flavor())
        server["trusted_image_certificates"] = ["a", "b"]
        self._wait_for_state_change(self.api.post_server({"server": server}), "ACTIVE")
        (certificates,) = seen
        assert isinstance(certificates, TrustedCerts)
        assert certificates.ids == ["a", "b"]


class Refusing(ImagesOfAHost):
    @shows("C9")
    def test_a_vhd_in_generation_2_is_refused_before_the_host_has_it(self) -> None:
        fault = self.fails(self.image("dynamic.vhd", "vhd", **GEN_2))
        assert "Generation 2 needs disks in VHDX format" in fault
        assert self.cached() == []

    @shows("C2")
    def test_a_vhdx_may_be_registered_as_vhd(self) -> None:
        assert self.server(self.image("dynamic.vhdx", "vhd", **GEN_2))["status"] == "ACTIVE"

    def test_what_no_machine_can_be_is_refused_before_anything_is_fetched(self) -> None:
        self.stub_out("nova.virt.images.fetch", None)
        assert "hw_machine_type" in self.fails(self.image(hw_machine_type="hyperv-gen3"))

    def test_a_child_of_another_disk_is_refused(self) -> None:
        parent = make_image(self.folder, "dynamic.vhd")
        child = self.folder / "child.qcow2"
        command = ("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(parent), "-F", "vpc", str(child))
        subprocess.run(command, check=True, timeout=60)
        image = self.image("v3.qcow2", "qcow2")
        self.glance._imagedata[image] = child.read_bytes()
        assert "backing file" in self.fails(image)
        assert self.cached() == []

    def test_what_is_not_what_glance_says_is_refused(self) -> None:
        fault = self.fails(self.image("v3.qcow2", "vhdx"))
        assert "qcow2" in fault
        assert self.cached() == []


class Ageing(ImagesOfAHost):
    def setUp(self) -> None:
        super().setUp()
        keep_uploads(self.glance)
        self.flags(remove_unused_original_minimum_age_seconds=0, group="image_cache")
        monkeypatch = pytest.MonkeyPatch()
        monkeypatch.setattr(image_cache, "_BUILDING_S", 0.0)  # an hour has passed
        self.addCleanup(monkeypatch.undo)

    @shows("C11")
    def test_what_no_server_uses_goes(self) -> None:
        kept, gone = self.image(), self.image()
        used = self.server(kept)
        self._delete_server(self.server(gone))
        iso = self.image()
        self.glance.images[iso]["disk_format"] = "iso"
        self.glance._imagedata[iso] = make_iso(self.folder).read_bytes()
        assert self.driver.cache_image(context.get_admin_context(), iso)
        strangers = self.host.layout.images / "debian-0123456789ab.vhdx"
        self.host.share.rename(self.host.layout.images / f"{gone}.vhdx", strangers)
        self.driver.cache_image(context.get_admin_context(), gone)
        self.age(passes=1)
        assert sorted(self.cached()) == sorted(
            [f"{kept}.vhdx", f"{gone}.vhdx", f"{iso}.iso", "debian-0123456789ab.vhdx"]
        )
        self.age(passes=1)
        assert sorted(self.cached()) == sorted([f"{kept}.vhdx", "debian-0123456789ab.vhdx"])
        assert self.machine(used).summary()

    def test_nothing_goes_where_the_operator_wants_that(self) -> None:
        self.flags(remove_unused_base_images=False, group="image_cache")
        image = self.image()
        self.driver.cache_image(context.get_admin_context(), image)
        self.age()
        assert self.cached() == [f"{image}.vhdx"]

    def test_an_image_that_a_disk_builds_on_stays(self) -> None:
        server = self.server(self.image())
        (disk,) = self.machine(server).disk_files()
        admin = context.get_admin_context()
        self.driver.manage_image_cache(admin, [])  # as if no instance were known to be made of it
        self.driver.manage_image_cache(admin, [])
        assert self.host.share.exists(self.host.layout.images / self.cached()[0])
        assert self.host.disks.inspect(disk).parent.lower().endswith(self.cached()[0])

    def test_what_broke_off_on_its_way_goes(self) -> None:
        image = self.image()
        self.driver.cache_image(context.get_admin_context(), image)
        whole = self.host.layout.images / f"{image}.vhdx"
        self.host.share.rename(whole, self.host.layout.images / f"{image}.vhdx.part")
        self.age(passes=1)
        assert self.cached() == []

    def test_what_a_killed_service_had_downloaded_goes_a_day_later(self) -> None:
        downloads = self.folder / "state" / "openhyperv" / "images" / "hv1"
        old, new = downloads / "old", downloads / "new"
        for folder in (old, new):
            folder.mkdir(parents=True)
            (folder / "download").write_text("half an image")
        os.utime(old, (0, 0))
        self.age(passes=1)
        assert list(downloads.iterdir()) == [new]
