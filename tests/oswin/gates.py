"""How os-win gets past its questions for Windows, and which host its ``.`` is.

os-win takes its ``wmi`` only where ``sys.platform`` is ``win32``, in four places that matter here. Each is
put right by one assignment from outside, before any other part of os-win is imported; nothing else of it is
touched:

``exceptions.x_wmi``, ``exceptions.x_wmi_timed_out``
    elsewhere than on Windows os-win defines its own, which no ``wmi`` raises, so its handlers never fire
``baseutils.wmi``
    is not imported elsewhere than on Windows
``BaseUtils._get_wmi_conn``
    answers None elsewhere than on Windows; ours does what it does there

Import os-win only in this package, and its modules only where this one has been imported before:
``conftest.py`` sees to that.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openhyperv import wmi
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.transport.target import Target
from tests.emulated import target_of

with warnings.catch_warnings():
    # eventlet and pkg_resources say at every import that they are about to go; os-win imports both.
    warnings.simplefilter("ignore")
    from os_win import exceptions
    from os_win.utils import baseutils


def _connect(self: Any, moniker: str, **kwargs: Any) -> Any:
    """A connection, kept for the process unless asked for specially."""
    if kwargs:
        return self._get_wmi_obj(moniker, **kwargs)
    if moniker not in self._WMI_CONS:
        self._WMI_CONS[moniker] = self._get_wmi_obj(moniker)
    return self._WMI_CONS[moniker]


exceptions.x_wmi = wmi.x_wmi
exceptions.x_wmi_timed_out = wmi.x_wmi_timed_out
baseutils.wmi = wmi
baseutils.BaseUtils._get_wmi_conn = _connect  # noqa: SLF001  # the gate itself

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from os_win.utils import hostutils
    from os_win.utils.network import networkutils

_NETWORK_CACHES = (
    "_switches",
    "_switch_ports",
    "_vlan_sds",
    "_profile_sds",
    "_hw_offload_sds",
    "_vsid_sds",
    "_sg_acl_sds",
    "_bandwidth_sds",
)
_led_to: list[str] = []


@contextmanager
def leading_to(host: EmulatedHost) -> Iterator[None]:
    """As :func:`leading_to_target`, for a host in this process."""
    with leading_to_target(target_of(host), host.options.version):
        yield


@contextmanager
def leading_to_target(target: Target, version: str) -> Iterator[None]:
    """During the block, os-win's ``.`` is this host, and nothing is remembered of another.

    os-win keeps what it learnt of its host for the whole process, so there can be only one at a time.
    """
    assert not _led_to, f"os-win is led to {_led_to[0]} already: ask for one Windows in a module"
    _led_to.append(version)
    try:
        wmi.install(target)
        _forget()
        yield
    finally:
        _forget()
        _led_to.clear()


def _forget() -> None:
    """Empty what os-win keeps in classes and modules about the host that it runs on."""
    baseutils.BaseUtils._WMI_CONS.clear()  # noqa: SLF001  # caches have no other way in
    baseutils.BaseUtilsVirt._os_version = None  # noqa: SLF001
    hostutils.HostUtils._windows_version = None  # noqa: SLF001
    for cache in _NETWORK_CACHES:
        getattr(networkutils.NetworkUtils, cache).clear()


def module(name: str) -> Any:
    """A module of os-win, with all gates open."""
    return importlib.import_module(f"os_win.{name}")


def factory() -> Any:
    """``os_win.utilsfactory`` for the present host: it looks for its host when it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        utilsfactory = module("utilsfactory")
    utilsfactory.utils = hostutils.HostUtils()
    return utilsfactory
