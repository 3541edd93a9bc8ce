"""Shielded machines: guardians, key protectors, and the files that machines are provisioned from."""
