"""What Neutron binds ports as, which is ``ovs`` where Nova's fixture is left alone."""

from __future__ import annotations

from nova.tests.fixtures import NeutronFixture

_TYPE = "binding:vif_type"


def bind_ports_as(neutron: NeutronFixture, vif_type: str) -> None:
    """Those that there are, and those that come."""
    neutron.default_port = {**neutron.default_port, _TYPE: vif_type}
    for port in neutron._ports.values():
        port[_TYPE] = vif_type
