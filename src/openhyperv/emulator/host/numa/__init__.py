"""NUMA: the nodes that a virtual machine sees, and where on the host their memory is."""
