"""What Nova asks of the host as a whole: its power, and for how long it has been on."""

from __future__ import annotations

from openhyperv.hyperv.host_power import HostPowerAction, press
from openhyperv.hyperv.uptime import HostUptime, read_uptime
from openhyperv.nova.compute_host import ComputeHost

_ACTIONS = {"shutdown": HostPowerAction.SHUT_DOWN, "reboot": HostPowerAction.REBOOT}


def host_power_action(compute: ComputeHost, action: str) -> str:
    """Shut the host down or reboot it; its machines follow their stop actions.

    :raises NotImplementedError: for ``startup``: no host that is off can be asked for anything
    """
    if action not in _ACTIONS:
        raise NotImplementedError(f"A Hyper-V host cannot be asked for {action}.")
    press(compute.host.session, _ACTIONS[action])
    return action


def host_uptime(compute: ComputeHost) -> str:
    """The host's clock and how long it has been on, in words of ``uptime``: ``17:45:12 up 3 days, 2:03``."""
    return _uptime_text(read_uptime(compute.host.session))


def _uptime_text(uptime: HostUptime) -> str:
    return f"{uptime.now:%H:%M:%S} up {uptime.lasted}"
