"""Imports what every compute service needs, before the first one is forked."""

from __future__ import annotations

import gc
import importlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from openhyperv.errors import InvalidInputError

# What nova-compute imports only when it is configured, or on first use.
_MODULES = (
    "nova.compute.manager",
    "nova.servicegroup.drivers.db",
    "nova.virt.openhyperv",
    "oslo_messaging._drivers.impl_rabbit",
    "glanceclient.v2.client",
    "neutronclient.v2_0.client",
    "cinderclient.v3.client",
    "keystoneauth1.identity.v3",
)


def preload(config_files: Sequence[Path]) -> None:
    """Import Nova for native threads, configured by the files that all hosts share.

    Some of Nova's modules read their configuration while they are imported (how often a periodic task runs),
    so it is read before them, and forgotten afterwards: every child reads its own.

    :raises InvalidInputError: something that was imported has started a thread, which no child would have
    """
    os.environ["OS_NOVA_DISABLE_EVENTLET_PATCHING"] = "true"  # green threads cannot be forked
    _configure(config_files)
    for module in _MODULES:
        importlib.import_module(module)
    importlib.import_module("nova.objects").register_all()
    importlib.import_module("os_vif").initialize()
    importlib.import_module("nova.config").CONF.reset()
    if threading.active_count() > 1:
        raise InvalidInputError(f"There are threads before the first fork: {threading.enumerate()}.")
    _keep_shared()


def _configure(config_files: Sequence[Path]) -> None:
    importlib.import_module("nova.cmd.compute")  # the first of Nova: it decides about threads
    arguments = [argument for file in config_files for argument in ("--config-file", str(file))]
    parse = importlib.import_module("nova.config").parse_args
    parse(["nova-compute", *arguments], configure_db=False, init_rpc=False)


def _keep_shared() -> None:
    """The collector of garbage would write to every object, and so take it out of the shared memory."""
    gc.collect()
    gc.freeze()
