"""What runs for each Hyper-V host: nova-compute and the Neutron agent."""

from __future__ import annotations

from pathlib import Path

from openstack.connection import Connection
from openstack.exceptions import SDKException

from lab.hosts import variables
from lab.ini import Section
from lab.processes import Program
from lab.services.neutron import neutron_agent
from lab.services.nova import nova_compute
from lab.settings import HostSettings, Lab
from lab.waiting import wait_until

_NOT_NOW = "The lab is without this host."
_HOSTS_TIMEOUT_S = 180.0


def _connection(lab: Lab, host: HostSettings) -> Section:
    """``[openhyperv]``, from what the emulated host wrote for its clients."""
    given = variables(lab, host)
    return {
        "address": given["OPENHYPERV_HOST"],
        "port": given["OPENHYPERV_PORT"],
        "username": given["OPENHYPERV_USERNAME"],
        "password": given["OPENHYPERV_PASSWORD"],
        "smb_port": given["OPENHYPERV_SMB_PORT"],
    }


def _installed(lab: Lab) -> Path:
    """The list of our package's installed files with their digests (PEP 376)."""
    return next(lab.places.venv.glob("lib/python3*/site-packages/openhyperv-*.dist-info/RECORD"))


def compute(lab: Lab, host: HostSettings) -> Program:
    """nova-compute for a host that runs."""
    return nova_compute(lab, host.name, _connection(lab, host), _installed(lab))


def agent(lab: Lab) -> Program:
    """The Neutron agent for all hosts, which run."""
    connections = {host.name: _connection(lab, host) for host in lab.hosts}
    return neutron_agent(lab, connections, _installed(lab))


def retire_hosts(lab: Lab, cloud: Connection) -> None:
    """Let no server be created on hosts that the lab has no more; they still run, since Nova tells them."""
    names = {host.name for host in lab.hosts}
    for service in cloud.compute.services(binary="nova-compute"):
        if service.host not in names and service.status == "enabled":
            cloud.compute.disable_service(service, disabled_reason=_NOT_NOW)


def welcome_hosts(lab: Lab, cloud: Connection) -> None:
    """Let servers be created on hosts that the lab has again, and wait until they can be.

    :raises LabError: a host is missing
    """
    names = {host.name for host in lab.hosts}
    _wait_for(names, cloud)
    for service in cloud.compute.services(binary="nova-compute"):
        if service.host in names and service.disabled_reason == _NOT_NOW:
            cloud.compute.enable_service(service)


def _wait_for(wanted: set[str], cloud: Connection) -> None:
    def are_there() -> bool:
        try:
            nodes = {node.name for node in cloud.compute.hypervisors(details=True) if node.state == "up"}
            agents = {agent.host for agent in cloud.network.agents() if agent.is_alive}
        except SDKException:
            return False
        return wanted <= nodes and wanted <= agents

    wait_until(are_there, _HOSTS_TIMEOUT_S, f"Nova and Neutron know {' '.join(sorted(wanted))}")
