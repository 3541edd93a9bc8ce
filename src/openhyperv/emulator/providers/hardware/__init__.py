"""Providers of the host's devices: disks, PCI devices and graphics processors."""
