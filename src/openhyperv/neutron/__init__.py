"""Hyper-V hosts for Neutron: an ML2 mechanism driver, and an agent on Linux that binds their ports."""
