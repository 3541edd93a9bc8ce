"""Checkpoints of a machine: what it was once, and can be again."""
