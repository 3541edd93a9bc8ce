"""Push one file in a process that does nothing else, and tell the time and memory that it took.

``python -m bench.push_alone SOURCE TARGET`` with the host in ``OPENHYPERV_*``; prints a line of JSON.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from time import perf_counter

from openhyperv.files.push import push_file
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.settings import ShareSettings
from openhyperv.files.windows_path import WindowsPath
from openhyperv.transport.target import Target

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def _peak_kib() -> int:
    """The most memory this process held; unlike ru_maxrss it does not begin with the parent's."""
    match = _PEAK.search(Path("/proc/self/status").read_text("ascii"))
    assert match is not None
    return int(match[1])


def main(source: str, target: str) -> None:
    """Push, and print the measurement."""
    host = Target.from_environment()
    with HostFiles(ShareSettings(host.host, host.username, host.password, host.smb_port)) as files:
        started_s = perf_counter()
        push_file(files, Path(source), WindowsPath.parse(target))
        seconds = perf_counter() - started_s
    print(json.dumps({"seconds": seconds, "peak_kib": _peak_kib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
