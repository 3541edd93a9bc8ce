"""These tests share one emulated host per module."""

from tests.living_host import emulated, host, stock, witness

__all__ = ["emulated", "host", "stock", "witness"]
