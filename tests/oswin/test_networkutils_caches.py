"""os-win keeps what it found of switches and ports, where its configuration says that it may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from os_win.conf import CONF

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.security_rules import ExtendedRule
from tests.oswin.switching import Port, make_switch

pytestmark = pytest.mark.usefixtures("windows")

VLAN = "Msvm_EthernetSwitchPortVlanSettingData"


@pytest.fixture(scope="module")
def caching(networkutils: Any) -> Iterator[Any]:
    """os-win with its cache; the end of the host empties it."""
    CONF.set_override("cache_temporary_wmi_objects", True, "os_win")
    try:
        yield type(networkutils)()
    finally:
        CONF.clear_override("cache_temporary_wmi_objects", "os_win")


@pytest.fixture(scope="module")
def port(caching: Any, vmutils: Any, ours: Session) -> Port:
    """A connected port with a VLAN."""
    make_switch(ours, "lan")
    vmutils.create_vm("cached", False, 2, r"C:\openstack\instances")
    vmutils.create_nic("cached", "port of cached", "02:00:00:00:00:01")
    caching.connect_vnic_to_vswitch("lan", "port of cached")
    caching.set_vswitch_port_vlan_id(7, "port of cached")
    return Port(ours, "port of cached")


@proves("networkutils.NetworkUtils.init_caches")
def test_everything_is_read_once(caching: Any, port: Port) -> None:
    caching.init_caches()
    assert set(caching._switches) == {"lan"}  # noqa: SLF001  # nothing but the cache shows it
    assert port.name in caching._switch_ports  # noqa: SLF001
    vlans = {vlan.InstanceID for vlan in caching._vlan_sds.values()}  # noqa: SLF001
    assert vlans == {port.feature(VLAN)["InstanceID"]}


@proves("networkutils.NetworkUtils.update_cache")
def test_ports_that_are_gone_are_forgotten(caching: Any, vmutils: Any, port: Port) -> None:
    vmutils.create_nic("cached", "short-lived", "02:00:00:00:00:02")
    caching.connect_vnic_to_vswitch("lan", "short-lived")
    caching.update_cache()
    assert {port.name, "short-lived"} <= set(caching._switch_ports)  # noqa: SLF001
    vmutils.destroy_nic("cached", "short-lived")
    caching.update_cache()
    assert "short-lived" not in caching._switch_ports  # noqa: SLF001
    assert port.name in caching._switch_ports  # noqa: SLF001


@proves("networkutils.NetworkUtils.clear_port_sg_acls_cache")
def test_rules_of_one_port_are_forgotten(caching: Any, port: Port) -> None:
    caching.create_security_rules(port.name, [ExtendedRule()])
    caching.remove_all_security_rules(port.name)
    assert caching._sg_acl_sds[port.name] == []  # noqa: SLF001
    caching.clear_port_sg_acls_cache(port.name)
    assert port.name not in caching._sg_acl_sds  # noqa: SLF001
