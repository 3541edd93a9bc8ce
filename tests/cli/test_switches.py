"""hv switch and hv port: what people type, what they read, and what is refused before anything happens."""

import pytest

from .conftest import hv_for, simulate


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A host of its own, on which switches come and go."""
    yield from simulate(tmp_path_factory.mktemp("switches"))


@pytest.fixture
def own_hv(host, tmp_path):
    """``hv`` for that host, which is left without machines and switches."""
    hv = hv_for(host, tmp_path)
    yield hv
    for machine in hv.json("vm", "list"):
        hv.ok("vm", "delete", machine["guid"], "--yes")
    for switch in hv.json("switch", "list"):
        hv.ok("switch", "remove", switch["guid"], "--yes", "--force")


@pytest.fixture
def web(own_hv):
    """A running machine with an adapter at the switch ``lab``, and one that is plugged in nowhere."""
    own_hv.ok("switch", "create", "lab")
    create = ("vm", "create", "web", "--memory", "512", "--disk", "64M", "--nic", "lab", "--nic", "none")
    own_hv.ok(*create, "--property", "hw_machine_type=hyperv-gen2", "--start")
    return "web"


def kinds(hv):
    return {switch["name"]: switch["kind"] for switch in hv.json("switch", "list")}


def test_switches_of_all_kinds(own_hv):
    own_hv.ok("switch", "create", "wan", "--adapter", "Ethernet", "--notes", "the world")
    own_hv.ok("switch", "create", "inner", "--management-port")
    own_hv.ok("switch", "create", "lab")
    assert kinds(own_hv) == {"inner": "internal", "lab": "private", "wan": "external"}
    wan = own_hv.json("switch", "show", "wan")
    assert (wan["management_ports"], wan["notes"]) == (["wan"], "the world")
    assert [card["is_bound"] for card in own_hv.json("switch", "adapters")] == [True, False]


def test_a_switch_changes_and_is_renamed(own_hv):
    own_hv.ok("switch", "create", "lab")
    own_hv.ok("switch", "set", "lab", "--adapter", "Ethernet 2", "--notes", "now outside")
    own_hv.ok("switch", "rename", "lab", "outside")
    assert kinds(own_hv) == {"outside": "external"}
    own_hv.ok("switch", "set", "outside", "--no-adapter", "--management-port")
    assert kinds(own_hv) == {"outside": "internal"}


def test_a_team(own_hv):
    own_hv.ok(
        "switch", "create", "team", "--adapter", "Ethernet", "--adapter", "Ethernet 2", "--no-management-port"
    )
    own_hv.ok("switch", "set", "team", "--balancing", "hyperv-port")
    shown = own_hv.ok("switch", "show", "team")
    assert "yes, hyperv-port" in shown
    assert "Host's own" not in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("switch", "set", "lab"), "Name at least one thing to change."),
        (("switch", "set", "lab", "--adapter", "a", "--no-adapter"), "Give --adapter or --no-adapter."),
        (("switch", "remove", "lab"), "say --yes"),
        (("port", "set", "web", "nic1"), "Name at least one thing to change."),
        (("port", "set", "web", "nic1", "--vlan", "1", "--trunk", "2"), "Give one of --vlan"),
        (("port", "set", "web", "nic1", "--native", "2"), "--native goes with --trunk."),
        (("port", "set", "web", "nic1", "--open", "--allow", "in"), "Give rules, or --open, or --closed."),
        (("port", "set", "web", "nic1", "--allow", "up"), "'up' is not in|out"),
        (("port", "set", "web", "nic1", "--allow", "in,tcp,udp"), "is not in|out"),
        (("port", "set", "web", "nic1", "--deny", "in,port=x"), "is not in|out"),
        (("port", "set", "web", "nic1", "--trunk", "5-3"), "is not a list"),
        (("port", "set", "web", "nic1", "--private", "lonely:1:2"), "is not such as"),
        (("port", "set", "web", "nic1", "--rules-from", "/nowhere"), "/nowhere"),
    ],
)
def test_words_that_are_none(hv, arguments, said):
    done = hv(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_line_of_a_file_that_is_no_rule_is_named(hv, tmp_path):
    file = tmp_path / "rules"
    file.write_text("# web\nallow in,icmp\nperhaps in,icmp\n", "utf-8")
    done = hv("port", "set", "web", "nic1", "--rules-from", str(file))
    assert done.returncode == 2
    assert f"{file}:3 is not 'allow RULE' or 'deny RULE'" in done.stderr


def test_rules_read_back_as_they_were_written(own_hv, web, tmp_path):
    rules = [
        "allow in,tcp,port=22,remote=10.1.0.0/16,stateful",
        "allow out,any,stateful",
        "deny out,udp,port=1000-2000",
        "deny in,47,local=10.1.0.5",
    ]
    (tmp_path / "rules").write_text("\n".join(rules), "utf-8")
    own_hv.ok("port", "set", web, "nic1", "--rules-from", str(tmp_path / "rules"))
    shown = [
        line.removeprefix("Rules").strip() for line in own_hv.ok("port", "show", web, "nic1").splitlines()
    ]
    assert shown[-5:] == [*rules, "nothing else passes"]
    own_hv.ok("port", "set", web, "nic1", "--vlan", "7")
    assert len(own_hv.json("port", "show", web, "nic1")["state"]["settings"]["rules"]) == 4
    own_hv.ok("port", "set", web, "nic1", "--closed")
    assert own_hv.json("port", "show", web, "nic1")["state"]["settings"]["rules"] == []
    own_hv.ok("port", "set", web, "nic1", "--open")
    assert "everything passes" in own_hv.ok("port", "show", web, "nic1")


def test_everything_that_a_port_can_be(own_hv, web):
    every = (
        *("--private", "community:10:20", "--spoofing", "--dhcp-guard", "--router-guard", "--teaming"),
        *("--priority-tag", "--mirror", "destination", "--storm-limit", "100", "--at-most", "100"),
        *(
            "--weight",
            "5",
            "--burst",
            "200",
            "--burst-size",
            "8",
            "--iov-weight",
            "50",
            "--iov-queue-pairs",
            "2",
        ),
        *("--iov-moderation", "low", "--vmq-weight", "0", "--ipsec", "0", "--no-vrss", "--no-vmmq"),
        *("--vmmq-queue-pairs", "4", "--rdma-weight", "20", "--profile-name", "web", "--profile-data", "1"),
        *("--profile-id", "00000000-0000-0000-0000-000000000001", "--vendor-name", "somebody"),
    )
    own_hv.ok("port", "set", web, "nic2", "--switch", "lab", *every)
    settings = own_hv.json("port", "show", web, "nic2")["state"]["settings"]
    assert settings["vlan"] == {"mode": "community", "primary_vlan_id": 10, "secondary_vlan_ids": [20]}
    assert (settings["security"]["mirroring"], settings["security"]["storm_limit_pps"]) == (
        "destination",
        100,
    )
    assert (settings["bandwidth"]["burst_bps"], settings["bandwidth"]["weight"]) == (200_000_000, 5)
    assert (settings["offload"]["iov_interrupt_moderation"], settings["offload"]["vrss"]) == ("low", False)
    assert (settings["profile"]["profile_name"], settings["rdma_weight"]) == ("web", 20)
    (listed,) = [port for port in own_hv.json("port", "list", "--switch", "LAB") if port["adapter"] == "nic2"]
    assert listed["state"]["settings"] == settings
    own_hv.ok(
        "port", "set", web, "nic2", "--vlan", "0", "--isolation", "external-subnet", "--isolation-id", "5000"
    )
    assert "external-subnet" in own_hv.ok("port", "show", web, "nic2")
    own_hv.ok("port", "reset", web, "nic2")
    assert [port["adapter"] for port in own_hv.json("port", "list", "--switch", "lab")] == ["nic1"]
    assert own_hv.json("port", "show", web, "nic2")["state"]["settings"]["vlan"] is None


def test_a_port_is_unplugged_and_keeps_what_it_is(own_hv, web):
    own_hv.ok("port", "set", web, "nic1", "--switch", "none", "--vlan", "9")
    shown = own_hv.json("port", "show", web, "nic1")
    assert (shown["switch"], shown["state"]["settings"]["vlan"]) == (None, {"vlan_id": 9})
    own_hv.ok("port", "set", web, "nic1", "--switch", "lab")
    assert own_hv.json("port", "list", "--machine", web)[0]["switch"] == "lab"


def test_a_switch_in_use_stays_unless_told_so(own_hv, web):
    done = own_hv("switch", "remove", "lab", "--yes")
    assert done.returncode not in (0, 2)
    assert "nic1 of web" in done.stderr
    own_hv.ok("switch", "remove", "lab", "--yes", "--force")
    assert own_hv.json("port", "list", "--machine", web)[0]["switch"] is None


def test_the_hosts_own_port(own_hv):
    own_hv.ok("switch", "create", "lab", "--management-port")
    own_hv.ok("switch", "host-port", "set", "lab", "--vlan", "7", "--at-most", "100")
    shown = own_hv.ok("switch", "host-port", "show", "lab")
    assert "VLAN       7" in shown
    assert "100 Mbit/s" in shown
    assert own_hv("switch", "host-port", "set", "lab").returncode == 2


def test_a_rehearsal_tells_the_one_call(own_hv):
    shown = own_hv.ok("--dry-run", "switch", "create", "lab", "--management-port")
    assert shown.count("DefineSystem") == 1
    assert own_hv.json("switch", "list") == []
