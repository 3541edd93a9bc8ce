"""hv host pci, hv host gpu, hv vm pci and hv vm gpu, on hosts with such hardware."""

import pytest

from tests.cli.conftest import hv_for, simulate

HARDWARE = """
[[pci]]
vendor = "10DE"
product = "13F2"
bus = 3
name = "Tesla M60"

[[gpu]]
name = "Emulated GPU"
memory_mb = 1024

[[partitionable_gpu]]
vendor = "10DE"
product = "25B6"
bus = 59
name = "Emulated A16"
memory_mb = 16384
partition_counts = [1, 2, 4]
"""


@pytest.fixture(scope="module", params=["2025"])
def equipped(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("equipped")
    (folder / "hardware.toml").write_text(HARDWARE)
    yield from simulate(
        folder, "--vms", "2", "--hardware", str(folder / "hardware.toml"), "--version", request.param
    )


@pytest.fixture
def hv(equipped, tmp_path):
    return hv_for(equipped, tmp_path)


def test_a_device_goes_from_the_host_to_a_machine_and_back(hv):
    assert [line.split()[:4] for line in hv.ok("host", "pci", "list", "--all").splitlines()[1:]] == [
        ["0000:03:00.0", "10de", "13f2", "host"],
        ["0000:3b:00.0", "10de", "25b6", "host"],
    ]
    hv.ok("host", "pci", "dismount", "0000:03:00.0")
    (free,) = hv.json("host", "pci", "list")
    assert (free["address"], free["is_dismounted"], free["machine"]) == ("0000:03:00.0", True, None)
    hv.ok("vm", "pci", "add", "vm0001", "0000:03:00.0", "--low-mmio", "3072", "--high-mmio", "33280")
    assert "0000:03:00.0" in hv.ok("vm", "pci", "list", "vm0001")
    refused = hv("host", "pci", "mount", "0000:03:00.0")
    assert (refused.returncode, "Take it from the machine first" in refused.stderr) == (41, True)
    done = hv("vm", "pci", "remove", "vm0001", "0000:03:00.0", "--mount")
    assert done.stderr == "0000:03:00.0 taken from vm0001.\n"
    assert "did not have" in hv("vm", "pci", "remove", "vm0001", "0000:03:00.0").stderr
    assert hv.json("host", "pci", "list") == []


def test_a_list_is_narrowed_by_patterns(hv):
    assert [
        d["product_id"] for d in hv.json("host", "pci", "list", "--all", "--allow", "product_id=25b6")
    ] == ["25b6"]
    assert hv.json("host", "pci", "list", "--all", "--allow", "vendor_id=8086") == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("host", "pci", "mount", "3:0.0"), "not a PCI address"),
        (("host", "pci", "list", "--allow", "vendor=nvidia"), "has address, vendor_id, product_id"),
        (
            ("vm", "pci", "add", "vm0001", "0000:03:00.0", "--low-mmio", "64"),
            "both --low-mmio and --high-mmio",
        ),
        (("vm", "gpu", "add", "vm0001", "--resolution", "640x480"), "3840x2160"),
    ],
)
def test_words_that_mean_nothing_are_refused_before_a_connection(hv, words, told):
    done = hv.with_settings(OPENHYPERV_PORT="1")(*words)
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_a_gpu_is_cut_and_a_machine_has_a_partition(hv):
    hv.ok("host", "gpu", "partition", "A16", "2")
    (gpu,) = hv.json("host", "gpu", "list")
    assert (gpu["sharing"], gpu["partition_count"], gpu["valid_partition_counts"]) == (
        "partitions",
        2,
        [1, 2, 4],
    )
    hv.ok("vm", "gpu", "add", "vm0002", "--gpu", "A16")
    assert [use["sharing"] for use in hv.json("vm", "gpu", "list", "vm0002")] == ["partition"]
    assert hv("vm", "gpu", "remove", "vm0002").stderr == "vm0002 has nothing of a GPU any more.\n"
    assert hv("vm", "gpu", "remove", "vm0002").stderr == "vm0002 had nothing of a GPU.\n"


def test_a_rehearsal_cuts_no_gpu(hv):
    told = hv.ok("--dry-run", "host", "gpu", "partition", "A16", "1")
    assert "PartitionCount = 1" in told
    assert hv.json("host", "gpu", "list")[0]["partition_count"] != 1


def test_where_remotefx_is_gone_hv_says_what_there_is(hv):
    done = hv("vm", "gpu", "add", "vm0001", "--resolution", "1024x768")
    assert done.returncode == 44
    assert "Give the machine a partition of a GPU." in done.stderr


@pytest.mark.parametrize("equipped", ["2012R2"], indirect=True)
def test_an_older_host_shares_gpus_by_remotefx(hv):
    (gpu,) = hv.json("host", "gpu", "list")
    assert (gpu["sharing"], gpu["label"], gpu["free_memory_bytes"]) == ("remotefx", "Emulated GPU", 1 << 30)
    hv.ok("vm", "create", "old", "--property", "hw_machine_type=hyperv-gen1", "--memory", "256")
    hv.ok("vm", "gpu", "add", "old", "--resolution", "1920x1200", "--monitors", "2")
    assert hv.json("vm", "gpu", "list", "old") == [{"sharing": "remotefx", "detail": "2 x 1920x1200"}]
    assert hv("vm", "gpu", "remove", "old").stderr == "old has nothing of a GPU any more.\n"
    assert "generation 2" in hv("vm", "gpu", "add", "vm0001", "--resolution", "1024x768").stderr
    assert "Windows Server 2016" in hv("host", "pci", "dismount", "0000:03:00.0").stderr
