"""These tests share one emulated host per module, or connect to one of a release of their choice."""

from tests.hyperv.gpu_hosts import connect
from tests.living_host import emulated, host, stock, witness

__all__ = ["connect", "emulated", "host", "stock", "witness"]
