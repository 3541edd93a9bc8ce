"""root/cimv2: Windows on the host."""
