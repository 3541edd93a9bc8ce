"""Disks and DVDs of machines that exist, and the disk files of a host."""
