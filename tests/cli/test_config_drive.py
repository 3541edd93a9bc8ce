"""hv vm create --config-drive with a folder of this machine."""

import pytest

from tests.capabilities import shows

SLOTS = {"hyperv-gen1": "ide:1:0", "hyperv-gen2": "scsi:0:1"}


@pytest.fixture
def metadata(tmp_path):
    folder = tmp_path / "metadata"
    (folder / "openstack" / "latest").mkdir(parents=True)
    (folder / "openstack" / "latest" / "meta_data.json").write_text("{}")
    return str(folder)


@shows("F4")
@pytest.mark.parametrize("generation", SLOTS)
@pytest.mark.parametrize("made", ["iso", "vhd", "vhdx"])
def test_a_folder_becomes_a_config_drive_in_its_place(hv, metadata, generation, made):
    name = f"configured-{generation}-{made}"
    options = ["--config-drive", metadata, "--config-drive-format", made, "--disk", "64M"]
    create = ["vm", "create", name, *options, "--property", f"hw_machine_type={generation}"]
    if (generation, made) == ("hyperv-gen2", "vhd"):
        assert "VHD" in hv(*create).stderr, "generation 2 takes VHDX only"
        return
    hv.ok(*create)
    (line,) = [line for line in hv.ok("vm", "disk", "list", name).splitlines() if f"config.{made}" in line]
    assert line.split()[0] == SLOTS[generation]
    hv.ok(*create)  # again, which changes nothing
    hv.ok("vm", "delete", name, "--yes")


def test_a_rehearsal_tells_what_would_be_sent(hv, metadata):
    done = hv("--dry-run", "vm", "create", "rehearsed", "--config-drive", metadata)
    assert "push file" in done.stdout
    assert "config.iso" in done.stdout
    assert "rehearsed" not in hv.ok("vm", "list")


def test_a_folder_without_anything_in_it_is_refused(hv, tmp_path):
    done = hv("vm", "create", "empty", "--config-drive", str(tmp_path))
    assert done.returncode != 0
    assert "holds something" in done.stderr
    assert "empty" not in hv.ok("vm", "list")
