"""Neutron: its API, its workers, and one agent for each Hyper-V host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


_PLUGIN_SECTIONS: Sections = {
    "ml2": {
        "type_drivers": ("flat", "vlan", "local"),
        "tenant_network_types": "vlan",
        "mechanism_drivers": "hyperv",
        "extension_drivers": "port_security",
    },
    "ml2_type_flat": {"flat_networks": (PHYSICAL_NETWORK, EXTERNAL_NETWORK)},
    "ml2_type_vlan": {"network_vlan_ranges": f"{PHYSICAL_NETWORK}:{_VLANS}"},
    "securitygroup": {"enable_security_group": True},
}


def _sections(lab: Lab) -> Sections:
    data = lab.places.data("neutron")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "DEFAULT": {
            "core_plugin": "ml2",
            "service_plugins": "router",
            "auth_strategy": "keystone",
            "bind_host": ADDRESS,
            "state_path": data,
            "transport_url": transport_url(lab),
            "api_workers": 1,
            "rpc_workers": 1,
            "rpc_state_report_workers": 0,
            "agent_down_time": _DOWN_TIME_S,
        },
        "agent": {"report_interval": _REPORT_INTERVAL_S},
        "database": {"connection": database_url(lab, "neutron")},
        "oslo_concurrency": {"lock_path": data / "lock"},
        "oslo_messaging_notifications": {"driver": "noop"},
        "nova": service_account(lab, Account.NOVA),
        "placement": service_account(lab, Account.PLACEMENT),
        **checking_tokens(lab, Account.NEUTRON),
    }


def _configuration(lab: Lab) -> tuple[Path, Path]:
    """Neutron's file and that of its plugin, named as the API looks for them."""
    own = lab.places.configuration / "neutron" / "neutron.conf"
    plugin = own.parent / "plugins" / "ml2" / "ml2_conf.ini"
    write_private(own, render(_sections(lab)))
    write_private(plugin, render(_PLUGIN_SECTIONS))
    return own, plugin


def _arguments(lab: Lab) -> list[str]:
    return [f"--config-file={path}" for path in _configuration(lab)]


def sync(lab: Lab, processes: Processes) -> None:
    """Make the tables."""
    argv = [lab.places.program("neutron-db-manage"), *_arguments(lab), "upgrade", "heads"]
    processes.run("neutron-db-manage", argv)


def neutron(lab: Lab) -> Iterator[Program]:
    """API and workers."""
    paths = _configuration(lab)
    paste = paths[0].with_name("api-paste.ini")
    write_private(paste, (lab.places.venv / "etc/neutron/api-paste.ini").read_text("utf-8"))
    api = "neutron.wsgi.api"
    yield web_service(lab, "neutron-api", api, Listener.NEUTRON, "OS_NEUTRON_CONFIG_DIR", *paths, paste)
    for part in ("neutron-rpc-server", "neutron-periodic-workers"):
        yield Program(part, (lab.places.program(part), *_arguments(lab)), reads=paths)


def neutron_agent(lab: Lab, hosts: Mapping[str, Section], installed: Path) -> Program:
    """The agent of all hosts, by the connection of each; ``installed`` is as for nova-compute."""
    path = lab.places.configuration / "neutron-agent" / "neutron.conf"
    sections: Sections = {
        **_sections(lab),
        "agent": {
            "report_interval": _REPORT_INTERVAL_S,
            "physical_network_vswitch_mappings": f"{PHYSICAL_NETWORK}:{PHYSICAL_NETWORK}",
        },
        "openhyperv": {"hosts": tuple(hosts)},
        **{f"openhyperv_host:{name}": connection for name, connection in hosts.items()},
    }
    write_private(path, render(sections))
    argv = (lab.places.program("openhyperv-neutron-agent"), f"--config-file={path}")
    return Program("neutron-agent", argv, reads=(path, installed))
