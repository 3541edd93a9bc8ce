"""Run in a process of their own: Neutron's server loads its plugins once, and these are with placement."""

from tests_openstack.neutron.conftest import emulated, servers, witness

__all__ = ["emulated", "servers", "witness"]
