"""The scheduler's filters that an operator of Hyper-V hosts switches on beside the usual ones."""

from __future__ import annotations

import nova.conf
from nova.test import TestCase

_NEEDED = ("NUMATopologyFilter", "PciPassthroughFilter")


def filter_devices_and_numa(case: TestCase) -> None:
    """Have hosts chosen by their NUMA nodes and PCI devices; before the scheduler starts."""
    enabled = nova.conf.CONF.filter_scheduler.enabled_filters
    case.flags(group="filter_scheduler", enabled_filters=[*enabled, *_NEEDED])
