"""hv vm set and hv vm boot."""

import pytest

from tests.capabilities import shows
from tests.cli.conftest import hv_for


@pytest.fixture(scope="module")
def machine(simulator, tmp_path_factory):
    hv = hv_for(simulator, tmp_path_factory.mktemp("home"))
    options = ["--disk", "64M", "--nic", "none", "--property", "hw_machine_type=hyperv-gen2"]
    hv.ok("vm", "create", "set-and-boot", "--notes", "first", *options)
    yield "set-and-boot"
    hv.ok("vm", "delete", "set-and-boot", "--yes")


def setting(hv, class_name, guid):
    rows = hv.json("cim", "query", f"SELECT * FROM {class_name}")
    return next(row for row in rows if guid in row["InstanceID"])


@shows("E2", "E8", "E10", "E12")
def test_what_is_named_changes(hv, machine):
    guid = hv.json("vm", "show", machine)["summary"]["guid"]
    identity = hv.json("vm", "show", machine)["summary"]["notes"].splitlines()[0]
    hv.ok("vm", "set", machine, "--vcpus", "4", "--nested", "--stop-action", "shut-down", "--notes", "second")
    hv.ok("vm", "set", machine, "--checkpoints", "production-only", "--limit-features")
    processor = setting(hv, "Msvm_ProcessorSettingData", guid)
    assert (processor["VirtualQuantity"], processor["LimitProcessorFeatures"]) == (4, True)
    assert processor["ExposeVirtualizationExtensions"] is True
    system = setting(hv, "Msvm_VirtualSystemSettingData", guid)
    assert (system["AutomaticShutdownAction"], system["UserSnapshotType"]) == (4, 4)
    assert system["Notes"] == [identity, "second"]
    hv.ok(
        "vm", "set", machine, "--no-nested", "--memory", "512", "--dynamic", "256", "2048", "--buffer", "50"
    )
    memory = setting(hv, "Msvm_MemorySettingData", guid)
    assert (memory["Reservation"], memory["VirtualQuantity"], memory["Limit"]) == (256, 512, 2048)
    assert (memory["DynamicMemoryEnabled"], memory["TargetMemoryBuffer"]) == (True, 50)


@pytest.mark.parametrize("options", ["", "--dynamic 256 512", "--memory 64 --dynamic 128 256"])
def test_what_makes_no_sense_is_told(hv, machine, options):
    assert hv("vm", "set", machine, *options.split()).returncode == 2


def test_the_boot_order_is_shown_and_set(hv, machine):
    lines = hv.ok("vm", "boot", machine).splitlines()
    assert [line.split()[0] for line in lines] == ["DEVICE", "scsi:0:0", "nic1"]
    hv.ok("vm", "boot", machine, "nic1")
    assert [entry["name"] for entry in hv.json("vm", "boot", machine)] == ["nic1", "scsi:0:0"]
    assert hv("vm", "boot", machine, "nic7").returncode == 40


@shows("J7")
def test_a_machine_becomes_what_a_new_description_says(hv, machine):
    described = ["--disk", "128M", "--nic", "none", "--property", "hw_machine_type=hyperv-gen2"]
    described += ["--memory", "2048", "--extra-spec", "hw:numa_nodes=2", "--vcpus", "2"]
    done = hv("vm", "reconfigure", machine, *described)
    assert done.returncode == 0, done.stderr
    for word in ("VirtualNumaEnabled", "VirtualQuantity", "size of", "DynamicMemoryEnabled"):
        assert word in done.stderr
    assert "nothing" in hv("vm", "reconfigure", machine, *described).stderr
    refused = hv("vm", "reconfigure", machine, *described, "--disk", "64M", "--image-disk", "1G")
    assert refused.returncode != 0
