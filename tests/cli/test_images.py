"""hv image, and machines made from images."""

import json
import subprocess

import pytest

from tests.capabilities import shows


@pytest.fixture
def qcow2(tmp_path, request):
    """An image that Hyper-V does not use as it is, with content of its own."""
    path = tmp_path / f"{request.node.name}.qcow2"
    raw = tmp_path / "raw"
    raw.write_bytes(request.node.name.encode().ljust(1024**2, b"\0"))
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, path], check=True)
    return path


def test_inspect_needs_no_host(hv, qcow2):
    offline = hv.with_settings(OPENHYPERV_HOST=None)
    info = json.loads(offline.ok("image", "inspect", str(qcow2), "-f", "json"))
    assert info["format"] == "qcow2"
    assert info["virtual_size_bytes"] == 1024**2


def test_a_hostile_image_is_refused(hv, tmp_path, qcow2):
    overlay = tmp_path / "overlay.qcow2"
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-b", qcow2, "-F", "qcow2", overlay], check=True
    )
    done = hv("image", "push", str(overlay))
    assert done.returncode == 52
    assert str(overlay) in done.stderr


@shows("C1", "C3")
def test_push_converts_lists_and_sends_nothing_twice(hv, qcow2):
    planned = hv.json("image", "push", str(qcow2), "--name", "small", "--dry-run")
    assert planned["is_there"] is False
    (pushed,) = hv.json("image", "push", str(qcow2), "--name", "small")
    assert pushed["path"] == planned["target"]
    assert pushed["format"] == "vhdx"
    assert pushed["name"] in hv.ok("image", "list")
    again = hv("image", "push", str(qcow2), "--name", "small")
    assert again.returncode == 0
    assert "there already" in again.stderr


def test_a_machine_boots_from_a_pushed_image_by_the_beginning_of_its_name(hv, qcow2):
    (pushed,) = hv.json("image", "push", str(qcow2), "--name", "root")
    created = hv.json(
        "vm",
        "create",
        "imaged",
        "--image",
        "root",
        "--image-disk",
        "16M",
        "--property",
        "hw_machine_type=hyperv-gen2",
    )
    (disk,) = hv.json("vm", "show", created["guid"])["disk_files"]
    assert created["identity"] in disk
    text = hv.json(
        "cim", "invoke", "Msvm_ImageManagementService", "GetVirtualHardDiskSettingData", f"Path={disk}"
    )["SettingData"]
    assert pushed["name"] in text
    assert str(16 * 1024**2) in text
    hv.ok("vm", "delete", created["guid"], "--yes")
    assert pushed["name"] in hv.ok("image", "list")


def test_an_image_that_is_not_there_is_not_found(hv):
    assert hv("vm", "create", "x", "--image", "nothing").returncode == 40
