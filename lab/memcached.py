"""memcached, where services keep tokens they have checked."""

from __future__ import annotations

import getpass

from lab.ports import ADDRESS, Listener
from lab.processes import Program
from lab.settings import Lab
from lab.waiting import listens


def memcached(lab: Lab) -> Program:
    """The cache; it keeps nothing on disk."""
    port = lab.port(Listener.MEMCACHED)
    argv = ("memcached", "-u", getpass.getuser(), "-l", ADDRESS, "-p", str(port), "-U", "0", "-m", "64")
    return Program("memcached", argv, is_ready=lambda: listens(port))
