"""The disks that virtual machines and the host itself have in use."""
