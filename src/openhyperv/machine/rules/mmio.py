"""Address space for devices that a machine gets of its host."""

from __future__ import annotations

from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.pci import MmioSpace
from openhyperv.machine.properties import Flavor
from openhyperv.machine.rules.reading import whole_number
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.violations import Rule

LOW = "hyperv:low_mmio_mb"
HIGH = "hyperv:high_mmio_mb"

LOW_MB = range(128, 3585)
# UNVERIFIED: the bounds of LowMmioGapSize and HighMmioGapSize
HIGH_MB = range(512, 2**24)
# Microsoft, "Plan for deploying devices by using Discrete Device Assignment": what it sets for a GPU.
_FOR_A_DEVICE = MmioSpace(low_mb=3072, high_mb=33_280)


def mmio_of(flavor: Flavor, host: HostVersion, *, has_device: bool) -> MmioSpace | None:
    """The space, or None for Hyper-V's own default; machines with a device of their host get more.

    :raises BrokenRuleError: a size that there is not
    :raises UnsupportedError: the host is too old to be told
    """
    low, high = flavor.get(LOW), flavor.get(HIGH)
    if low is None and high is None:
        return _FOR_A_DEVICE if has_device else None
    check_release("Address space for devices", WINDOWS_2016, host, HIGH if low is None else LOW)
    return MmioSpace(
        _FOR_A_DEVICE.low_mb if low is None else whole_number(Rule.MMIO, LOW, low, LOW_MB),
        _FOR_A_DEVICE.high_mb if high is None else whole_number(Rule.MMIO, HIGH, high, HIGH_MB),
    )
