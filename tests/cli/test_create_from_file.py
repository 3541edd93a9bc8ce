"""hv vm create --from FILE: a cloud's words, in a file."""

import json
import re
from pathlib import Path

import pytest

from tests.capabilities import shows

DOCS = Path(__file__).parents[2] / "docs"
TOML = """
hostname = "db01"

[properties]
hw_machine_type = "hyperv-gen2"
os_secure_boot = "required"
os_type = "linux"

[flavor]
vcpus = 4
memory_mb = 513
root_gb = 1

[flavor.extra_specs]
"hw:numa_nodes" = 2
"hyperv:memory_weight" = 100

[metadata]
owner = "me"
"""
YAML = """
properties: {hw_machine_type: hyperv-gen2, os_secure_boot: required, os_type: linux}
flavor:
  vcpus: 4
  memory_mb: 513
  root_gb: 1
  extra_specs:
    hw:numa_nodes: 1
    hw:cpu_policy: shared
"""
JSON = json.dumps(
    {
        "properties": {"hw_machine_type": "hyperv-gen2"},
        "flavor": {
            "vcpus": 4,
            "memory_mb": 513,
            "root_gb": 1,
            "extra_specs": {"hyperv:limit_cpu_features": True},
        },
        "policy": {"dynamic_memory_ratio": 2, "checkpoints": "production"},
    }
)


@pytest.fixture
def file_of(tmp_path):
    def write(text, suffix):
        path = tmp_path / f"machine{suffix}"
        path.write_text(text)
        return str(path)

    return write


def created(hv, name, *arguments):
    done = hv("-f", "json", "vm", "create", name, *arguments)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    guid = answer["guid"]
    assert done.stderr == "".join(f"Note: {remark}\n" for remark in answer["remarks"])
    shown = hv.json("vm", "show", guid)
    hv.ok("vm", "delete", guid, "--yes")
    return done.stderr, shown["summary"]


@shows("E1")
@pytest.mark.parametrize(("text", "suffix"), [(YAML, ".yaml"), (YAML, ".YML"), (JSON, ".json")])
def test_each_format_makes_a_machine(hv, file_of, text, suffix):
    notes, summary = created(hv, f"from{suffix[1:]}", "--from", file_of(text, suffix))
    assert summary["vcpus"] == 4
    assert "512 MiB" in notes
    assert "instead of 513" in notes


def test_what_is_rounded_or_may_go_wrong_is_said(hv, file_of):
    notes, _ = created(hv, "noted", "--from", file_of(TOML.replace("513", "1024"), ".toml"))
    assert notes == ""
    text = TOML.replace(
        '"hw:numa_nodes" = 2', '"hw:cpu_features" = "vmx"\n"hyperv:dynamic_memory_ratio" = 2.0'
    )
    notes, _ = created(hv, "noted", "--from", file_of(text, ".toml"))
    assert notes.splitlines() == [
        "Note: The machine has 512 MiB of memory instead of 513: Hyper-V gives memory in steps of 2 MiB.",
        "Note: Dynamic memory is off: it does not go with nested virtualization.",
    ]


def test_options_go_before_the_file(hv, file_of):
    path = file_of(TOML, ".toml")
    options = ("--vcpus", "2", "--memory", "512", "--property", "os_secure_boot=disabled")
    notes, summary = created(hv, "overridden", "--from", path, *options, "--extra-spec", "hw:numa_nodes=1")
    assert (summary["vcpus"], notes) == (2, "")
    done = hv("vm", "create", "refused", "--from", path, "--extra-spec", "hw:numa_nodes=3")
    assert done.returncode == 51
    assert "4 processors do not divide into 3 NUMA nodes" in done.stderr


@pytest.mark.parametrize(
    ("text", "suffix", "said"),
    [
        ("[flavour]\nvcpus = 1", ".toml", "flavour is not known here."),
        ("[flavor]\nram = 1", ".toml", "flavor.ram is not known here."),
        ("[policy]\nratio = 2.0", ".toml", "policy.ratio is not known here."),
        ('[flavor]\nvcpus = "2"', ".toml", "flavor.vcpus is not a whole number."),
        ("[flavor]\nvcpus = true", ".toml", "flavor.vcpus is not a whole number."),
        ("[properties]\nos_type = []", ".toml", "properties.os_type is not a text."),
        ("properties: {os_type: null}", ".yaml", "properties.os_type is not a text."),
        ("properties: windows", ".yaml", "properties is no table of names and values."),
        ("- 1", ".yaml", "The file is no table of names and values."),
        ('{"pci_claims": ["3b:00"]}', ".json", "This is not a PCI address such as 0000:3b:00.0."),
        (
            '{"pci_aliases": [{"name": "gpu"}]}',
            ".json",
            "pci_aliases[0] needs name, vendor_id and product_id.",
        ),
        ('{"policy": {"checkpoints": "yes"}}', ".json", "policy.checkpoints is 'yes'; allowed are disabled,"),
        ("[flavor", ".toml", "The file cannot be read:"),
        ("{", ".json", "The file cannot be read:"),
        ("a: b: c", ".yaml", "The file cannot be read:"),
        ("", ".ini", "The file's name ends in '.ini'; known are .toml, .yaml, .yml, .json."),
    ],
)
def test_what_no_file_may_have_is_refused_by_name(hv, file_of, text, suffix, said):
    done = hv("vm", "create", "refused", "--from", file_of(text, suffix))
    assert done.returncode == 50
    assert said in done.stderr


def examples():
    text = (DOCS / "how-to" / "create-machines.md").read_text("utf-8")
    return re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_file_of_the_guide_makes_a_machine(hv, file_of):
    notes, summary = created(hv, "guide", "--from", file_of(examples()[0], ".toml"), "--memory", "1024")
    assert summary["vcpus"] == 4
    assert notes == "Note: Dynamic memory is off: it does not go with NUMA nodes.\n"


def test_the_guides_claim_is_looked_up_on_the_host(hv, file_of):
    done = hv("vm", "create", "refused", "--from", file_of(examples()[1], ".toml"))
    assert done.returncode == 44
    assert "The PCI device 0000:3b:00.0 cannot be given to a machine" in done.stderr


def test_metadata_of_the_command_line_go_before_the_files(hv, file_of):
    text = '{"properties": {"hw_machine_type": "hyperv-gen2"}, "metadata": {"img_pdk_reference": "a.pdk"}}'
    done = hv("vm", "create", "refused", "--from", file_of(text, ".json"))
    assert done.returncode == 51
    assert "Shielding data are for machines with a virtual TPM" in done.stderr
    created(hv, "emptied", "--from", file_of(text, ".json"), "--metadata", "img_pdk_reference=")


def test_a_file_that_is_not_there_is_a_matter_of_usage(hv):
    assert hv("vm", "create", "refused", "--from", "nowhere.toml").returncode == 2


def test_no_option_is_taken_for_left_out(hv):
    done = hv("vm", "create", "refused", "--vcpus", "0")
    assert done.returncode == 51
    assert "0 virtual processors" in done.stderr


def test_pci_devices_are_chosen_among_the_hosts_own(hv, file_of):
    text = '{"pci_aliases": [{"name": "gpu", "vendor_id": "10DE", "product_id": "1eb8"}]}'
    done = hv(
        "vm",
        "create",
        "refused",
        "--from",
        file_of(text, ".json"),
        "--extra-spec",
        "pci_passthrough:alias=gpu:1",
    )
    assert done.returncode == 44
    assert "1 PCI devices gpu (10de:1eb8) are asked for; the host has 0 of them free." in done.stderr
