"""Requests and seconds per operation, measured against the emulated host: ``python -m bench``."""
