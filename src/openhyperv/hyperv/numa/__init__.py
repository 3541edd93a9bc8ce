"""The NUMA nodes of a host, and of the machines that run on it."""
