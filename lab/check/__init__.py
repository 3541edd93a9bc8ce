"""What the lab has to show, with the ``openstack`` command: ``python -m lab check``."""
