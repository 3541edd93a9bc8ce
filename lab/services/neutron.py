"""Neutron: its API, its workers, and one agent for each Hyper-V host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lab.ini import Section, Sections, render
from lab.mariadb import database_url
from lab.ports import ADDRESS, Listener
from lab.private_files import write_private
from lab.processes import Processes, Program
from lab.rabbitmq import transport_url
from lab.services.sections import checking_tokens, service_account
from lab.services.web import web_service
from lab.settings import Account, Lab

PHYSICAL_NETWORK = "physnet1"
EXTERNAL_NETWORK = "public"
_VLANS = "100:199"
_REPORT_INTERVAL_S, _DOWN_TIME_S = 10, 45


def _sections(lab: Lab, own: Section | None = None) -> Sections:
    data = lab.places.data("neutron")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "DEFAULT": {
            "core_plugin": "ml2",
            "service_plugins": "router",
            "auth_strategy": "keystone",
            "api_paste_config": lab.places.venv / "etc/neutron/api-paste.ini",
            "bind_host": ADDRESS,
            "state_path": data,
            "transport_url": transport_url(lab),
            "api_workers": 1,
            "rpc_workers": 1,
            "rpc_state_report_workers": 0,
            "agent_down_time": _DOWN_TIME_S,
            **(own or {}),
        },
        "agent": {"report_interval": _REPORT_INTERVAL_S},
        "database": {"connection": database_url(lab, "neutron")},
        "oslo_concurrency": {"lock_path": data / "lock"},
        "oslo_messaging_notifications": {"driver": "noop"},
        "nova": service_account(lab, Account.NOVA),
        "placement": service_account(lab, Account.PLACEMENT),
        "ml2": {
            "type_drivers": ("flat", "vlan", "local"),
            "tenant_network_types": "vlan",
            "mechanism_drivers": "hyperv",
            "extension_drivers": "port_security",
        },
        "ml2_type_flat": {"flat_networks": (PHYSICAL_NETWORK, EXTERNAL_NETWORK)},
        "ml2_type_vlan": {"network_vlan_ranges": f"{PHYSICAL_NETWORK}:{_VLANS}"},
        "securitygroup": {"enable_security_group": True},
        **checking_tokens(lab, Account.NEUTRON),
    }


def _configuration(lab: Lab) -> Path:
    path = lab.places.configuration / "neutron" / "neutron.conf"
    write_private(path, render(_sections(lab)))
    return path


def sync(lab: Lab, processes: Processes) -> None:
    """Make the tables."""
    argv = [lab.places.program("neutron-db-manage"), f"--config-file={_configuration(lab)}"]
    processes.run("neutron-db-manage", [*argv, "upgrade", "heads"])


def neutron(lab: Lab) -> Iterator[Program]:
    """API and workers."""
    path = _configuration(lab)
    folder = {"OS_NEUTRON_CONFIG_DIR": path.parent}
    yield web_service(lab, "neutron-api", "neutron.wsgi.api", Listener.NEUTRON, folder, (path,))
    for part in ("neutron-rpc-server", "neutron-periodic-workers"):
        yield Program(part, (lab.places.program(part), f"--config-file={path}"), reads=(path,))


def neutron_agent(lab: Lab, name: str, host: Section, installed: Path) -> Program:
    """The agent of one host; ``host`` is what ``[openhyperv]`` says, ``installed`` as for nova-compute."""
    service = f"neutron-agent-{name}"
    path = lab.places.configuration / service / "neutron.conf"
    mapping = {"physical_network_mappings": f"{PHYSICAL_NETWORK}:{PHYSICAL_NETWORK}"}
    sections = dict(_sections(lab, {"host": name})) | {"openhyperv": dict(host) | mapping}
    write_private(path, render(sections))
    argv = (lab.places.program("openhyperv-neutron-agent"), f"--config-file={path}")
    return Program(service, argv, reads=(path, installed))
