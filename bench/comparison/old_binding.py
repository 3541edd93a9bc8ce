"""One port in os-win's way: its calls in the order in which networking-hyperv makes them."""

from __future__ import annotations

from typing import Any

from bench.comparison import security_rules


def bind_in_the_old_order(network: Any, switch: str, port: str) -> None:
    """Connect, then VLAN, default deny, provider rules, security groups, and MAC addresses.

    The last call says that the guest may use any address where port security is on: that is what the old
    agent did.
    """
    network.connect_vnic_to_vswitch(switch, port)
    network.set_vswitch_port_vlan_id(security_rules.VLAN_ID, port)
    network.create_security_rules(port, security_rules.default_deny())
    network.create_security_rules(port, security_rules.provider_rules())
    network.create_security_rules(port, security_rules.security_groups())
    network.set_vswitch_port_mac_spoofing(port, True)
