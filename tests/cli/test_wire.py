"""--trace and --dry-run."""

import json


def changes(counts):
    """How often methods were called that change something."""
    return sum(count for name, count in counts.items() if "." in name and ".Get" not in name)


def test_trace_shows_both_ways_on_stderr_and_no_secret(hv, simulator):
    done = hv("--trace", "host", "show")
    assert "HVSIM" in done.stdout
    assert "Enumerate" in done.stderr
    assert "--- reply 200" in done.stderr
    assert simulator.password not in done.stderr + done.stdout


def test_trace_leaves_out_what_is_named_like_a_secret(hv):
    query = "SELECT Name FROM Msvm_ComputerSystem WHERE ElementName = 'plain words'"
    assert "plain words" in hv("--trace", "cim", "query", query).stderr


def test_a_rehearsal_prints_the_call_and_sends_none(hv, simulator):
    guid = next(m["guid"] for m in hv.json("vm", "list") if m["name"] == "vm0001")
    before = changes(simulator.requests())
    done = hv("vm", "stop", "--force", "vm0001", "--dry-run")
    assert done.returncode == 0
    assert "Msvm_ComputerSystem.RequestStateChange" in done.stdout
    assert guid in done.stdout
    assert "nothing was changed" in done.stderr
    assert changes(simulator.requests()) == before


def test_a_rehearsed_create_tells_every_step_and_leaves_nothing(hv, simulator):
    before = changes(simulator.requests())
    steps = hv.json(
        "vm",
        "create",
        "rehearsed",
        "--disk",
        "1G",
        "--nic",
        "none",
        "--property",
        "hw_machine_type=hyperv-gen2",
        "--start",
        "--dry-run",
    )
    assert [step["operation"].rpartition(".")[2] for step in steps] == [
        "make folder",
        "CreateVirtualHardDisk",
        "DefineSystem",
        "AddResourceSettings",
        "AddResourceSettings",
        "ModifyResourceSettings",
        "ModifySystemSettings",
        "RequestStateChange",
    ]
    assert changes(simulator.requests()) == before
    assert "rehearsed" not in hv.ok("vm", "list")


def test_a_rehearsal_that_would_wait_ends_and_says_so(hv):
    done = hv("vm", "stop", "vm0001", "--dry-run", "-f", "json")
    assert done.returncode == 0
    assert [step["operation"] for step in json.loads(done.stdout)] == [
        "Msvm_ShutdownComponent.InitiateShutdown"
    ]
    assert "waits for the host" in done.stderr


def test_a_rehearsed_raw_call_is_checked_but_not_sent(hv, simulator):
    before = changes(simulator.requests())
    path = 'AffectedSystem=Msvm_ComputerSystem.Name="x"'
    service = "Msvm_VirtualSystemManagementService"
    assert "DestroySystem" in hv.ok("cim", "invoke", service, "DestroySystem", path, "--dry-run")
    assert hv("cim", "invoke", service, "DestroySystem", "Wrong=1", "--dry-run").returncode == 50
    assert changes(simulator.requests()) == before
