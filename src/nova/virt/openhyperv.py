"""Where Nova looks for drivers: ``compute_driver = openhyperv.HyperVDriver`` is read below ``nova.virt``."""

from openhyperv.nova.driver import HyperVDriver

__all__ = ["HyperVDriver"]
