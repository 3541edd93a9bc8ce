"""A program that has a copy of a running machine's disk, reads it, and is done with it.

python -m tests.faults.copying MACHINE [die]

With ``die`` it ends as soon as it has the copy, as if it were killed.
"""

from __future__ import annotations

import os
import sys

from openhyperv.files.reading import reading
from openhyperv.hyperv.copies.disk_copy import ways_to_freeze
from openhyperv.hyperv.host import Host
from openhyperv.machine.drives import Bus, Slot
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.transport.target import Target

ROOT = Slot(Bus.SCSI, 0, 0)

if __name__ == "__main__":
    with (
        Host.connect(Target.from_environment(os.environ)) as host,
        host.machine(sys.argv[1]).disks.copied(ROOT, ways_to_freeze(WINDOWS_2025)) as copy,
        reading(host.share, copy) as stream,
    ):
        if "die" in sys.argv:
            os._exit(1)
        while stream.read(1 << 20):
            pass
