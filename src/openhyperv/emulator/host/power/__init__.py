"""Power: the ways of virtual machines, and of the host, from state to state."""
