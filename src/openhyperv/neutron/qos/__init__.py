"""Neutron's QoS policies as bandwidth of ports: what the server promises, and what the agent does."""
