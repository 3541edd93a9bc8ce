"""``import wmi`` gives this module, with the names that old code asks it for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from tests.cli.conftest import simulate

LISTING = (
    "import openhyperv.wmi as w; w.install(); import wmi; "
    "print([v.ElementName for v in "
    "wmi.WMI(moniker='root/virtualization/v2').Msvm_ComputerSystem()])"
)
NAMES = (
    "WMI",
    "x_wmi",
    "x_wmi_timed_out",
    "com_error",
    "__path__",
    "__version__",
    "threading",
    "DEFAULT_OPERATION_TIMEOUT",
    "EVENTLET_NONBLOCKING_MODE_ENABLED",
    "avoid_blocking_call",
    "mi_to_wmi_exception",
    "unsigned_to_signed",
)


def run(program: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A process of its own, with nothing but those variables."""
    return subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_one_line_lists_the_machines_of_hvsim(tmp_path: Path) -> None:
    options = ("--vms", "3", "--name", "HV1", "--no-files", "--guests", "none")
    with contextmanager(simulate)(tmp_path, *options) as simulator:
        done = run(LISTING, simulator.settings)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "['HV1', 'vm0001', 'vm0002', 'vm0003']\n"


def test_without_a_host_the_error_says_what_to_set() -> None:
    done = run(LISTING, {})
    assert done.returncode == 1
    assert "OPENHYPERV_HOST" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", NAMES)
def test_the_module_has_every_name_of_the_interface(wmi: ModuleType, name: str) -> None:
    assert sys.modules["wmi"] is wmi
    assert hasattr(wmi, name)
