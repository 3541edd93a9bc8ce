"""The services' tables: made once, and copied from then on, which saves a new lab a minute or more."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import mariadb
from lab.places import CHECKOUT
from lab.private_files import write_private
from lab.processes import Processes
from lab.services import glance, keystone, neutron, nova, placement
from lab.settings import Lab
from lab.timeline import Timeline

Sync = Callable[[Lab, Processes], None]
_CHAINS: tuple[tuple[Sync, ...], ...] = (
    (keystone.sync, placement.sync, glance.sync),
    (nova.sync, neutron.sync),
)
"""Two at a time, about equally long: making tables keeps a processor busy."""


def have_databases(lab: Lab, processes: Processes, timeline: Timeline) -> None:
    """Have MariaDB running with every table that the services need."""
    synced = lab.places.data("mariadb") / "lab-tables-are-complete"
    program = mariadb.mariadb(lab)
    if synced.exists():
        processes.start([program])
        processes.wait(program)
        return
    processes.stop([program.name], program.stop_timeout_s)
    shutil.rmtree(lab.places.data("mariadb"), ignore_errors=True)
    copy = _copy(lab)
    if copy.exists():
        with timeline.step("copy empty databases"):
            _restore(lab, copy)
    else:
        with timeline.step("make the databases, to be copied from then on"):
            _make(lab, processes)
            _save(lab, copy)
    processes.start([program])
    processes.wait(program)
    synced.touch()


def _make(lab: Lab, processes: Processes) -> None:
    """Make all tables, in a server that is stopped again, so that its files are whole."""
    mariadb.install(lab, processes)
    program = mariadb.mariadb(lab)
    processes.start([program])
    processes.wait(program)

    def run(chain: tuple[Sync, ...]) -> None:
        for sync in chain:
            sync(lab, processes)

    with ThreadPoolExecutor(len(_CHAINS)) as pool:
        list(pool.map(run, _CHAINS))
    processes.stop([program.name], program.stop_timeout_s)


def _copy(lab: Lab) -> Path:
    """Where the copy for these versions of OpenStack and MariaDB is. It holds no password that is in use."""
    server = subprocess.run(["mariadbd", "--version"], capture_output=True, check=True).stdout
    digest = hashlib.sha256((CHECKOUT / "lab/requirements.txt").read_bytes() + server).hexdigest()
    return lab.places.saved / f"databases-{digest[:16]}.tar.gz"


def _save(lab: Lab, copy: Path) -> None:
    part = copy.with_suffix(".part")
    write_private(part, "")
    _tar(lab, "--create", "--gzip", f"--file={part}", ".")
    part.replace(copy)


def _restore(lab: Lab, copy: Path) -> None:
    lab.places.data("mariadb").mkdir(mode=0o700, parents=True)
    _tar(lab, "--extract", "--gzip", f"--file={copy}")


def _tar(lab: Lab, *words: str) -> None:
    subprocess.run(["tar", f"--directory={lab.places.data('mariadb')}", *words], check=True)
