"""Checkpoints of virtual machines: taking, applying and deleting them, and what becomes of the disks."""
