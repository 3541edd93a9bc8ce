"""Rescuing instances: another disk to boot from, with the instance's own beside it."""
