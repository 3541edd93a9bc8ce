"""The configuration of an agent."""

from __future__ import annotations

from pathlib import Path

import pytest
from oslo_config import cfg
from tests.capabilities import shows

from openhyperv.errors import InvalidInputError
from openhyperv.neutron import options
from openhyperv.neutron.mappings import parse_mappings

SHARED = """
[DEFAULT]
host = hv1.example.org
[AGENT]
physical_network_vswitch_mappings = physnet1:fast, physnet*:slow
[openhyperv]
address = hv1.example.org
username = neutron@EXAMPLE.ORG
password = shared secret
"""


def served(tmp_path: Path, ini: str) -> list[options.ServedHost]:
    conf = cfg.ConfigOpts()
    conf.register_opts([cfg.StrOpt("host")])
    conf.register_opts([cfg.FloatOpt("report_interval", default=30)], "AGENT")
    conf.register_opts([cfg.BoolOpt("enable_security_group", default=True)], "SECURITYGROUP")
    options.register(conf)
    path = tmp_path / "agent.ini"
    path.write_text(ini, "utf-8")
    conf(["--config-file", str(path)])
    return options.served_hosts(conf)


def test_one_host_is_named_as_the_service_is(tmp_path: Path) -> None:
    (host,) = served(tmp_path, SHARED)
    assert host.name == "hv1.example.org"
    assert (host.target.username, host.target.password) == ("neutron@EXAMPLE.ORG", "shared secret")
    assert host.mappings.switch_of("physnet1") == "fast"
    assert "secret" not in repr(host)


def test_hosts_have_their_own_settings_and_share_the_others(tmp_path: Path) -> None:
    own_password = tmp_path / "password"
    own_password.write_text("own secret\n", "utf-8")
    ini = f"""{SHARED}
hosts = hv1, hv2
[openhyperv_host:hv1]
address = 192.0.2.1
[openhyperv_host:hv2]
address = 192.0.2.2
transport = https
password_file = {own_password}
physical_network_vswitch_mappings = *:other
"""
    first, second = served(tmp_path, ini)
    assert [each.name for each in (first, second)] == ["hv1", "hv2"]
    assert [each.target.host for each in (first, second)] == ["192.0.2.1", "192.0.2.2"]
    assert [each.target.port for each in (first, second)] == [5985, 5986]
    assert [each.target.password for each in (first, second)] == ["shared secret", "own secret"]
    assert [each.mappings.switch_of("physnet2") for each in (first, second)] == ["slow", "other"]


@pytest.mark.parametrize(
    "ini",
    [
        SHARED.replace("address = hv1.example.org", ""),
        SHARED.replace("physnet1:fast, physnet*:slow", ""),
        SHARED.replace("physnet1:fast", "physnet1"),
        SHARED.replace("physnet1:fast", ":fast"),
        f"{SHARED}hosts = hv1, hv2\n[openhyperv_host:hv1]\naddress = HV1.example.org\n",
    ],
    ids=["no address", "no switch at all", "no colon", "no network", "one address for two"],
)
def test_what_is_no_configuration(tmp_path: Path, ini: str) -> None:
    with pytest.raises(InvalidInputError):
        served(tmp_path, ini)


@shows("N1")
def test_the_first_pattern_that_fits_counts() -> None:
    mappings = parse_mappings(["physnet1:exact", "phys*:some", "a.b:dots", "*:rest"])
    networks = ("physnet1", "physnet10", "a.b", "axb", None)
    assert [mappings.switch_of(each) for each in networks] == ["exact", "some", "dots", "rest", "rest"]


def test_names_of_switches_may_have_colons() -> None:
    assert parse_mappings(["physnet1: a:b "]).switch_of("physnet1") == "a:b"


def test_switches_promise_bandwidth_each_to_one_network(tmp_path: Path) -> None:
    (host,) = served(tmp_path, f"{SHARED}\n[AGENT]\nresource_provider_bandwidths = fast:1000000:, slow\n")
    assert host.promised.configurations("hv1") == {
        "resource_provider_bandwidths": {"fast": {"egress": 1_000_000, "ingress": None}},
        "resource_provider_hypervisors": {"fast": "hv1"},
        "resource_provider_inventory_defaults": {
            "allocation_ratio": 1.0,
            "min_unit": 1,
            "step_size": 1,
            "reserved": 0,
        },
        "promising_switches": {"physnet1": ["fast"]},
    }


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("bandwidths = fast:1000:1000", "promises no bandwidth of what guests receive"),
        ("bandwidths = fast:1000", "Expected a tuple with 3 values"),
        ("bandwidths = fast:-5:", "Expected: non-negative integer value"),
        ("bandwidths = slow:1000:", "mapped to one physical network, by its whole name"),
        ("bandwidths = other:1000:", "mapped to one physical network, by its whole name"),
        ("inventory_defaults = most:5", "Unexpected options: most"),
    ],
)
def test_what_no_host_can_promise_is_refused(tmp_path: Path, setting: str, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        served(tmp_path, f"{SHARED}\n[AGENT]\nresource_provider_{setting}\n")
