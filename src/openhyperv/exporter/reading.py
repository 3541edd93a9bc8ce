"""One reading of a host: everything that is exported, in ten requests however many machines it has."""

from __future__ import annotations

from attrs import frozen

from openhyperv.hyperv.host import Host
from openhyperv.hyperv.metrics.use import HostUse
from openhyperv.hyperv.statistics import HostStatistics
from openhyperv.hyperv.summary import MachineSummary, summarize_all


@frozen
class Reading:
    """What a host had and did at one moment."""

    statistics: HostStatistics
    machines: tuple[MachineSummary, ...]
    use: HostUse


def read_host(host: Host) -> Reading:
    """Six requests for the host, one for all machines, three for what they were metered to use.

    :raises HyperVError: the host did not tell
    """
    machines = host.session.aside(lambda: summarize_all(host.session))
    use = host.session.aside(host.metrics)
    return Reading(host.statistics(), machines(), use())
