"""--trace and --dry-run."""

import json
from xml.sax.saxutils import escape

from openhyperv.cli.tracing import trace_text


def changes(counts):
    """How often methods were called that change something."""
    return sum(count for name, count in counts.items() if "." in name and ".Get" not in name)


def test_trace_shows_both_ways_on_stderr_and_no_secret(hv, simulator):
    done = hv("--trace", "host", "show")
    assert "HVSIM" in done.stdout
    assert "Enumerate" in done.stderr
    assert "--- reply 200" in done.stderr
    assert simulator.password not in done.stderr + done.stdout


def test_trace_leaves_out_what_is_typed_and_what_is_named_like_a_secret(hv):
    done = hv("--trace", "vm", "type", "vm0001", "-", stdin="opensesame\n")
    assert done.returncode == 41
    assert "TypeText" in done.stderr
    assert "opensesame" not in done.stderr
    inner = '<INSTANCE CLASSNAME="X"><PROPERTY NAME="UserPassword"><VALUE>hush</VALUE></PROPERTY></INSTANCE>'
    envelope = f"<a><Embedded>{escape(inner)}</Embedded><Secret>hush</Secret><Name>seen hunter2</Name></a>"
    shown = trace_text(envelope.encode(), "hunter2")
    assert "seen" in shown
    assert "UserPassword" in shown
    assert "hush" not in shown
    assert "hunter2" not in shown


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


def test_a_rehearsal_ends_where_it_would_have_to_look_and_says_so(hv):
    done = hv("vm", "stop", "vm0001", "--dry-run", "-f", "json")
    assert done.returncode == 0
    assert [step["operation"] for step in json.loads(done.stdout)] == [
        "Msvm_ShutdownComponent.InitiateShutdown"
    ]
    assert "depends on what they do" in done.stderr
    done = hv("vm", "checkpoint", "take", "vm0001", "never", "--dry-run")
    assert "CreateSnapshot" in done.stdout
    assert hv.json("vm", "checkpoint", "list", "vm0001") == []


def test_a_rehearsed_raw_call_is_checked_but_not_sent(hv, simulator):
    before = changes(simulator.requests())
    path = 'AffectedSystem=Msvm_ComputerSystem.Name="x"'
    service = "Msvm_VirtualSystemManagementService"
    assert "DestroySystem" in hv.ok("cim", "invoke", service, "DestroySystem", path, "--dry-run")
    assert hv("cim", "invoke", service, "DestroySystem", "Wrong=1", "--dry-run").returncode == 50
    assert changes(simulator.requests()) == before
