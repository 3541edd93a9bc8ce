"""The mechanism driver as ML2 finds and asks it."""

from __future__ import annotations

from typing import Any

import pytest
from neutron_lib.api.definitions import portbindings
from stevedore.driver import DriverManager
from tests.capabilities import shows

from openhyperv.neutron.mechanism_driver import HyperVMechanismDriver


@pytest.fixture
def driver() -> HyperVMechanismDriver:
    """The driver of the name that stands in ml2_conf.ini."""
    loaded: HyperVMechanismDriver = DriverManager(
        "neutron.ml2.mechanism_drivers", "hyperv", invoke_on_load=True
    ).driver
    return loaded


def agent(**configurations: Any) -> dict[str, Any]:
    return {"agent_type": "HyperV agent", "host": "hv1", "configurations": configurations}


def segment(network_type: str, physical_network: str | None = None) -> dict[str, Any]:
    return {
        "id": "s",
        "network_id": "n",
        "network_type": network_type,
        "physical_network": physical_network,
        "segmentation_id": 7,
    }


OURS = agent(vswitch_mappings={"^physnet.*$": "external"}, network_types=["flat", "vlan"])
FORMER = agent(vswitch_mappings={"^physnet1$": "external"})
"""As networking-hyperv reports itself."""


@shows("N20")
@pytest.mark.parametrize(
    ("who", "where", "fits"),
    [
        (OURS, segment("vlan", "physnet1"), True),
        (OURS, segment("flat", "physnet2"), True),
        (OURS, segment("vlan", "other"), False),
        (OURS, segment("local"), False),
        (OURS, segment("vxlan"), False),
        (FORMER, segment("vlan", "physnet1"), True),
        (FORMER, segment("vlan", "physnet10"), False),
        (FORMER, segment("local"), True),
        (OURS | {"agent_type": "Open vSwitch agent"}, segment("vlan", "physnet1"), False),
    ],
)
def test_a_segment_is_bound_where_the_agent_has_a_switch_for_it(
    driver: HyperVMechanismDriver, who: dict[str, Any], where: dict[str, Any], fits: bool
) -> None:
    assert driver.check_segment_for_agent(where, who) is fits


@pytest.mark.parametrize(("said", "filtered"), [({}, False), ({"port_filter": True}, True)])
def test_whether_a_port_is_filtered_is_the_agents_word(
    driver: HyperVMechanismDriver, said: dict[str, Any], filtered: bool
) -> None:
    found = driver.get_vif_details(None, agent(**said), segment("vlan", "physnet1"))
    assert found[portbindings.CAP_PORT_FILTER] is filtered
    assert found[portbindings.VIF_DETAILS_CONNECTIVITY] == portbindings.CONNECTIVITY_L2
    assert driver.get_vif_type(None, agent(**said), None) == "hyperv"
