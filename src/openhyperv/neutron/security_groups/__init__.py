"""Neutron's security groups as rules of ports."""
