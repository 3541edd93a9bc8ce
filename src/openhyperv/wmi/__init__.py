"""A drop-in for PyMI's ``wmi`` module: code written for Windows runs from Linux, against any host.

    import openhyperv.wmi
    openhyperv.wmi.install()  # or with targets
    import wmi
    wmi.WMI(moniker="root/virtualization/v2").Msvm_ComputerSystem()

The interface is PyMI 1.0's, with what older ``wmi.py`` modules had beyond it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import ParamSpec, TypeVar

from openhyperv.wmi.classes import WmiClass
from openhyperv.wmi.connection import Connection
from openhyperv.wmi.factory import WMI
from openhyperv.wmi.failures import com_error, mi_to_wmi_exception, unsigned_to_signed, x_wmi, x_wmi_timed_out
from openhyperv.wmi.installing import install
from openhyperv.wmi.instances import WmiObject
from openhyperv.wmi.options import DEFAULT_OPERATION_TIMEOUT
from openhyperv.wmi.watcher import Watcher

__all__ = [
    "DEFAULT_OPERATION_TIMEOUT",
    "EVENTLET_NONBLOCKING_MODE_ENABLED",
    "WMI",
    "Connection",
    "Watcher",
    "WmiClass",
    "WmiObject",
    "avoid_blocking_call",
    "com_error",
    "install",
    "mi_to_wmi_exception",
    "threading",
    "unsigned_to_signed",
    "x_wmi",
    "x_wmi_timed_out",
]

__version__ = version("openhyperv")

EVENTLET_NONBLOCKING_MODE_ENABLED = False
"""PyMI's native calls block a whole eventlet process, and hop to other threads; ours are plain sockets."""

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")


def avoid_blocking_call(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
    """The function itself: eventlet's patched sockets give way by themselves."""
    return function
