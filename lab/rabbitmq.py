"""RabbitMQ, through which the parts of Nova and of Neutron talk to each other."""

from __future__ import annotations

from collections.abc import Iterator

from lab.ports import ADDRESS, Listener
from lab.private_files import write_private
from lab.processes import Program
from lab.settings import Account, Lab
from lab.waiting import listens

_USER = "openstack"
_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""Debian's program of this name on PATH insists on being root or the user rabbitmq."""


def transport_url(lab: Lab) -> str:
    """How services reach the broker, as oslo.messaging wants it."""
    return f"rabbit://{_USER}:{lab.password(Account.BROKER)}@{ADDRESS}:{lab.port(Listener.RABBITMQ)}/"


def rabbitmq(lab: Lab) -> Iterator[Program]:
    """Erlang's port mapper, on the loopback interface alone, and the broker."""
    mapper_port = lab.port(Listener.ERLANG_PORT_MAPPER)
    mapper = {"ERL_EPMD_PORT": str(mapper_port), "ERL_EPMD_ADDRESS": ADDRESS}
    yield Program("epmd", ("epmd",), mapper, is_ready=lambda: listens(mapper_port))
    settings = lab.places.configuration / "rabbitmq" / "rabbitmq.conf"
    write_private(settings, "".join(f"{key} = {value}\n" for key, value in _settings(lab)))
    port = lab.port(Listener.RABBITMQ)
    yield Program(
        "rabbitmq",
        (_SERVER,),
        mapper | _environment(lab) | {"RABBITMQ_CONFIG_FILE": str(settings)},
        reads=(settings,),
        is_ready=lambda: listens(port),
        stop_timeout_s=60.0,
    )


def _settings(lab: Lab) -> Iterator[tuple[str, str]]:
    yield "listeners.tcp.1", f"{ADDRESS}:{lab.port(Listener.RABBITMQ)}"
    yield "default_user", _USER
    yield "default_pass", lab.password(Account.BROKER)


def _environment(lab: Lab) -> dict[str, str]:
    """Where the broker keeps its things, and that it talks to no other machine.

    Variables named LOGS or RABBITMQ_* change what it does, so it gets none but these.
    """
    data = lab.places.data("rabbitmq")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "HOME": str(data),
        "RABBITMQ_NODENAME": "lab@localhost",
        "RABBITMQ_DIST_PORT": str(lab.port(Listener.RABBITMQ_NODES)),
        "RABBITMQ_MNESIA_BASE": str(data / "mnesia"),
        "RABBITMQ_LOG_BASE": str(data / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(data / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(data / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
