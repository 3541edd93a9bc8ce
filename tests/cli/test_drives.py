"""hv disk, hv vm disk, hv vm dvd and hv vm nic."""

import pytest

from tests.capabilities import shows


@pytest.fixture
def machine(hv, request):
    """The name of a running machine of generation 2, without drives and adapters."""
    name = f"d-{request.node.name}"[:60]
    hv.ok("vm", "create", name, "--memory", "256", "--property", "hw_machine_type=hyperv-gen2", "--start")
    yield name
    hv.ok("vm", "delete", name, "--yes")


def file(request_name):
    return f"C:\\{request_name}.vhdx"


def test_a_disk_file_from_its_making_to_its_end(hv, request):
    base, child, flat = (file(f"{request.node.name}-{word}") for word in ("base", "child", "flat"))
    hv.ok("disk", "create", base, "--size", "1G")
    hv.ok("disk", "create", child, "--parent", base)
    shown = hv.json("disk", "show", child)
    assert shown["disk"]["size_bytes"] == 1024**3
    assert [disk["path"] for disk in shown["parents"]] == [base]
    assert base in hv.ok("disk", "show", child)
    hv.ok("disk", "grow", child, "2G")
    hv.ok("disk", "convert", child, flat)
    hv.ok("disk", "merge", child)
    hv.ok("disk", "compact", base)
    for path in (child, base, flat):
        assert hv("disk", "delete", path).returncode == 2
        told = hv.json("--dry-run", "disk", "delete", path)
        assert told == [{"operation": "remove file", "path": path}]
        hv.ok("disk", "delete", path, "--yes")
        assert hv("disk", "show", path).returncode == 40


def test_a_disk_comes_grows_and_goes(hv, machine):
    done = hv("vm", "disk", "attach", machine, "--new", "data", "--size", "1G")
    assert "is at scsi:0:0" in done.stderr
    hv.ok("vm", "disk", "grow", machine, "data.vhdx", "2G")
    hv.ok("vm", "disk", "limit", machine, "scsi:0:0", "--iops", "500")
    (drive,) = hv.json("vm", "disk", "list", machine)
    assert (drive["slot"]["location"], drive["maximum_iops"]) == (0, 500)
    assert drive["file"] in hv.ok("vm", "disk", "list", machine)
    hv.ok("vm", "disk", "detach", machine, "scsi:0:0")
    assert hv.json("vm", "disk", "list", machine) == []
    hv.ok("vm", "disk", "attach", machine, drive["file"], "--slot", "scsi:0:9")
    assert hv("vm", "disk", "attach", machine, drive["file"], "--slot", "scsi:0:8").returncode == 41
    assert hv("vm", "disk", "attach", machine).returncode == 2
    assert hv("vm", "disk", "detach", machine, "scsi:0:10").returncode == 40
    assert hv("vm", "disk", "grow", machine, "data.vhdx", "1G").returncode == 41


def test_discs_are_changed(hv, machine):
    hv.ok("vm", "dvd", "add", machine)
    assert "an empty DVD drive" in hv.ok("vm", "disk", "list", machine)
    assert hv("vm", "dvd", "insert", machine, "nothing.iso").returncode == 40
    hv.ok("vm", "dvd", "eject", machine)


@shows("F9")
def test_an_adapter_comes_changes_and_goes(hv, machine):
    hv.ok("vm", "nic", "add", machine, "eth0", "--mac", "00:15:5d:0a:0b:0c")
    (adapter,) = hv.json("vm", "nic", "list", machine)
    assert adapter["address"] == "00155D0A0B0C"
    assert "00155D0A0B0C" in hv.ok("vm", "nic", "list", machine)
    assert hv("vm", "nic", "set", machine, "eth0").returncode == 2
    done = hv("vm", "nic", "set", machine, "eth0", "--mac", "none")
    assert done.returncode == 41
    assert "only while a machine is off" in done.stderr
    assert hv("vm", "nic", "set", machine, "eth0", "--vlan", "7").returncode == 51
    assert hv("vm", "nic", "set", machine, "eth0", "--switch", "nowhere").returncode == 40
    hv.ok("vm", "nic", "remove", machine, "eth0")
    assert hv("vm", "nic", "remove", machine, "eth0").returncode == 40
