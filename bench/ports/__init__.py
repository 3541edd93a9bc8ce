"""Binding many ports: with the calls of networking-hyperv in their order, and with our agent."""
