"""Programs that eventlet patches, as OpenStack's were, and that wait for events in native threads."""

from __future__ import annotations

import subprocess
import sys

from openhyperv.emulator.emulated_host import EmulatedHost
from tests.wmi.conftest import VIRTUALIZATION
from tests.wmi.making import STATE_CHANGES

PROGRAM = f"""
import eventlet
eventlet.monkey_patch()
from eventlet import patcher, tpool
import openhyperv.wmi
wmi = openhyperv.wmi.install()
wmi.threading = patcher.original("threading")
conn = wmi.WMI({VIRTUALIZATION!r})
listings = [eventlet.spawn(lambda: len(conn.Msvm_ComputerSystem())) for _ in range(8)]
print([listing.wait() for listing in listings])
watcher = conn.watch_for(raw_wql={STATE_CHANGES!r})
waiting = eventlet.spawn(tpool.execute, watcher, 20_000)
eventlet.sleep(0.1)
conn.Msvm_ComputerSystem(ElementName="vm0001")[0].RequestStateChange(2)
print(waiting.wait().EnabledState)
"""


def test_green_threads_ask_together_and_a_native_one_hears_events(host: EmulatedHost) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        check=False,
        env=host.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "[4, 4, 4, 4, 4, 4, 4, 4]\n2\n"
    assert host.contexts.counts() == (0, 0)
