"""What a port may ask of the hardware behind its switch, and what it takes a release for."""

from __future__ import annotations

from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.port import PortSecurity, PortSettings
from openhyperv.machine.port_offload import PortOffload
from openhyperv.machine.rules.port_refusals import port_refusal
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.violations import Rule

_WEIGHTS = range(101)
_UINT32 = range(1 << 32)


def check_hardware(settings: PortSettings) -> None:
    """Refuse weights and numbers that no card takes (Set-VMNetworkAdapter).

    :raises BrokenRuleError: with the rule ``port-offload``
    """
    offload = settings.offload or PortOffload()
    _check("The weight of SR-IOV", offload.iov_weight, _WEIGHTS)
    _check("The weight of virtual machine queues", offload.vmq_weight, _WEIGHTS)
    _check("The weight of RDMA", settings.rdma_weight, _WEIGHTS)
    _check("The number of queue pairs", offload.iov_queue_pairs, _UINT32[1:])
    _check("The number of queue pairs", offload.vmmq_queue_pairs, _UINT32[1:])
    _check("The number of IPsec associations", offload.ipsec_associations, _UINT32)
    _check_storms(settings.security)


def _check_storms(security: PortSecurity) -> None:
    _check("The limit of a storm", security.storm_limit_pps, _UINT32)


def _check(what: str, value: int | None, allowed: range) -> None:
    if value is not None and value not in allowed:
        message = f"{what} is {allowed[0]} to {allowed[-1]}, not {value}."
        raise port_refusal(Rule.PORT_OFFLOAD, "offload", message)


def needs_2016(settings: PortSettings) -> bool:
    """True where something is asked of a port that came with Windows Server 2016."""
    return _newest(settings) is not None


def check_port_release(settings: PortSettings, host: HostVersion) -> None:
    """Refuse what the host's release does not know of.

    :raises UnsupportedError: it is older
    """
    newest = _newest(settings)
    if newest is not None:
        check_release(newest, WINDOWS_2016, host, "port")


def _newest(settings: PortSettings) -> str | None:
    if settings.rdma_weight is not None:
        return "RDMA of a guest"
    offload = settings.offload
    if offload is not None and (offload.vmmq, offload.vmmq_queue_pairs, offload.vrss) != (None, None, None):
        return "Spreading a port over several queues"
    return None
