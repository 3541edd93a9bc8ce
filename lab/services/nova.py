"""Nova: its API, its conductor, its scheduler, and one nova-compute for each Hyper-V host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lab.ini import Section, Sections, render
from lab.mariadb import database_url
from lab.ports import ADDRESS, Listener
from lab.private_files import write_private
from lab.processes import Processes, Program
from lab.rabbitmq import transport_url
from lab.services.sections import cache, checking_tokens, service_account
from lab.services.web import web_service
from lab.settings import Account, Lab
from lab.waiting import listens

COMPUTE_DRIVER = "openhyperv.HyperVDriver"
FILTERS = (
    "ComputeFilter",
    "ComputeCapabilitiesFilter",
    "ImagePropertiesFilter",
    "ServerGroupAntiAffinityFilter",
    "ServerGroupAffinityFilter",
    "SameHostFilter",
    "DifferentHostFilter",
    "NUMATopologyFilter",
    "PciPassthroughFilter",
)
_REPORT_INTERVAL_S, _DOWN_TIME_S, _DISCOVER_INTERVAL_S = 10, 60, 5
_SHUTDOWN_TIMEOUT_S = 10


def _sections(lab: Lab, name: str, own: Section | None = None) -> Sections:
    data = lab.places.data(name)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "DEFAULT": {
            "my_ip": ADDRESS,
            "state_path": data,
            "transport_url": transport_url(lab),
            "report_interval": _REPORT_INTERVAL_S,
            "service_down_time": _DOWN_TIME_S,
            "graceful_shutdown_timeout": _SHUTDOWN_TIMEOUT_S,
            "manager_shutdown_timeout": _SHUTDOWN_TIMEOUT_S,
            "allow_resize_to_same_host": True,
            **(own or {}),
        },
        "api": {"auth_strategy": "keystone"},
        "oslo_concurrency": {"lock_path": data / "lock"},
        "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": _DISCOVER_INTERVAL_S},
        "filter_scheduler": {"enabled_filters": FILTERS},
        "conductor": {"workers": 1},
        "vnc": {"enabled": False},
        "serial_console": _serial_console(lab.port(Listener.SERIAL_PROXY)),
        "glance": {"endpoint_override": lab.url(Listener.GLANCE)},
        "placement": service_account(lab, Account.PLACEMENT),
        "neutron": service_account(lab, Account.NEUTRON),
        "service_user": dict(service_account(lab, Account.NOVA)) | {"send_service_user_token": True},
        "oslo_messaging_notifications": {"driver": "noop"},
        **cache(lab),
        **checking_tokens(lab, Account.NOVA),
    }


def _serial_console(proxy_port: int) -> Section:
    return {
        "enabled": True,
        "base_url": f"ws://{ADDRESS}:{proxy_port}/",
        "proxyclient_address": ADDRESS,
        "serialproxy_host": ADDRESS,
        "serialproxy_port": proxy_port,
    }


def _configuration(lab: Lab) -> Path:
    """What all parts but nova-compute read."""
    path = lab.places.configuration / "nova" / "nova.conf"
    databases: Sections = {
        "api_database": {"connection": database_url(lab, "nova_api")},
        "database": {"connection": database_url(lab, "nova")},
    }
    write_private(path, render({**_sections(lab, "nova"), **databases}))
    return path


def sync(lab: Lab, processes: Processes) -> None:
    """Make the tables, and a cell that takes its addresses from nova.conf, so that it suits every lab."""
    argv = [lab.places.program("nova-manage"), f"--config-file={_configuration(lab)}"]
    database = "{scheme}://{username}:{password}@{hostname}:{port}/%s?{query}"
    cell = [
        "--name=cell1",
        "--database_connection=" + database % "{path}",
        "--transport-url={scheme}://{username}:{password}@{hostname}:{port}/",
    ]
    for words in (
        ["api_db", "sync"],
        ["cell_v2", "map_cell0", "--database_connection=" + database % "nova_cell0"],
        ["cell_v2", "create_cell", *cell],
        ["db", "sync"],
    ):
        processes.run("nova-manage", [*argv, *words])


def nova(lab: Lab) -> Iterator[Program]:
    """API, conductor, scheduler and the proxy for serial consoles."""
    path = _configuration(lab)
    paste = path.with_name("api-paste.ini")
    write_private(paste, (lab.places.venv / "etc/nova/api-paste.ini").read_text("utf-8"))
    yield web_service(
        lab, "nova-api", "nova.wsgi.osapi_compute", Listener.NOVA, "OS_NOVA_CONFIG_DIR", path, paste
    )
    for part in ("nova-conductor", "nova-scheduler"):
        yield Program(part, (lab.places.program(part), f"--config-file={path}"), reads=(path,))
    proxy_port = lab.port(Listener.SERIAL_PROXY)
    yield Program(
        "nova-serialproxy",
        (lab.places.program("nova-serialproxy"), f"--config-file={path}"),
        reads=(path,),
        is_ready=lambda: listens(proxy_port),
    )


def nova_compute(lab: Lab, name: str, host: Section, installed: Path) -> Program:
    """The compute service of one host; ``host`` is what ``[openhyperv]`` says. It may not know the databases.

    ``installed`` changes when another version of the driver is installed, which restarts the service.
    """
    service = f"nova-compute-{name}"
    path = lab.places.configuration / service / "nova.conf"
    own: Section = {
        "host": name,
        "compute_driver": COMPUTE_DRIVER,
        "instances_path": lab.places.data(service) / "instances",
    }
    write_private(path, render(dict(_sections(lab, service, own)) | {"openhyperv": host}))
    argv = (lab.places.program("nova-compute"), f"--config-file={path}")
    return Program(service, argv, reads=(path, installed))
