"""PCI devices of a host for its machines: Discrete Device Assignment, from Windows Server 2016 on."""
