"""Tempest, OpenStack's own judge, against the lab: ``python -m lab tempest``."""
