"""The addresses that a lab listens at: one block of ports on the loopback interface."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from enum import IntEnum

from lab.errors import LabError

ADDRESS = "127.0.0.1"
FIRST_BASE, LAST_BASE, BLOCK = 21000, 29900, 100
"""Below the ports that Linux gives to outgoing connections (ip_local_port_range, from 32768 on)."""


class Listener(IntEnum):
    """Who listens, as the offset of its port in the block."""

    MARIADB = 0
    RABBITMQ = 1
    RABBITMQ_NODES = 2
    ERLANG_PORT_MAPPER = 3
    MEMCACHED = 4
    KEYSTONE = 10
    GLANCE = 11
    PLACEMENT = 12
    NOVA = 13
    NEUTRON = 14
    SERIAL_PROXY = 15
    FIRST_HOST = 30


def free_base() -> int:
    """The first block of which every port is free.

    :raises LabError: there is none
    """
    for base in range(FIRST_BASE, LAST_BASE + 1, BLOCK):
        if all(_is_free(base + listener) for listener in Listener):
            return base
    raise LabError(f"No block of ports between {FIRST_BASE} and {LAST_BASE} is free on {ADDRESS}.")


def _is_free(port: int) -> bool:
    with ExitStack() as opened:
        listener = opened.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, port))
        except OSError:
            return False
        return True
