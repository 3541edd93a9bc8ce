"""The agent in a guest: one boot of Debian's own qemu-guest-agent, asked and given everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from attrs import frozen

from openhyperv.emulator.guests.exchange import FileCopy, Items, Pool
from openhyperv.emulator.guests.machine import CopyRefused, GuestMachine, GuestNic
from openhyperv.emulator.guests.qemu_guest import QemuGuest
from tests.emulator_guests.com_port import ComPort
from tests.emulator_guests.lab import Events, Lab

pytestmark = pytest.mark.guest

NIC = GuestNic("nic", "00155D0000AA", connected=True)
PATIENCE_S = 90
HOST_POOL = r"cat /var/lib/hyperv/.kvp_pool_0 2>/dev/null | tr -s '\000' ' '"
PATH_NOT_FOUND, NOT_READY, FILE_EXISTS = 3, 21, 80


@frozen
class Talking:
    """A guest whose agent answers."""

    machine: GuestMachine
    guest: QemuGuest
    port: ComPort
    events: Events

    def intrinsic(self) -> Items:
        report = self.guest.report()
        return report.intrinsic if report else {}


@pytest.fixture(scope="module")
def talking(lab: Lab) -> Iterator[Talking]:
    events = Events()
    machine = lab.machine("gen1.vhd", 1, nics=[NIC])
    guest = lab.runner.start(machine, events)
    guest.give_items({Pool.HOST: {"before": "it listened"}})
    port = ComPort(f"{machine.guid}-com2", port=lab.smb_port)
    events.wait(lambda heard: heard.beats > 0, 270)
    yield Talking(machine, guest, port, events)
    guest.turn_off()
    port.close()


def until(look: Callable[[], bool]) -> None:
    deadline_s = monotonic() + PATIENCE_S
    while not look():
        assert monotonic() < deadline_s
        sleep(0.2)


def test_a_guest_tells_its_system_and_its_addresses(talking: Talking) -> None:
    talking.port.run("ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0")
    until(lambda: talking.intrinsic().get("NetworkAddressIPv4") == "10.0.2.15")
    told = talking.intrinsic()
    assert told["OSBuildNumber"] == talking.port.run("uname -r")
    assert told["OSName"] == "Debian GNU/Linux, OpenHyperV's test guest"
    assert told["ProcessorArchitecture"] == "x86_64"


def test_items_of_the_host_lie_where_linux_looks_for_them_also_those_given_before(talking: Talking) -> None:
    talking.port.run_until(HOST_POOL, "before it listened")
    talking.guest.give_items({Pool.HOST: {"colour": "blue", "Größe": "5 m"}})
    assert talking.port.run_until(HOST_POOL, "colour") == "colour blue Größe 5 m"
    assert talking.port.run("stat -c %s /var/lib/hyperv/.kvp_pool_0") == str(2 * 2560)


def test_items_of_the_guest_are_read(talking: Talking) -> None:
    record = "{ printf role; head -c 508 /dev/zero; printf web; head -c 2045 /dev/zero; }"
    talking.port.run(f"mkdir -p /var/lib/hyperv; {record} >/var/lib/hyperv/.kvp_pool_1")
    until(lambda: (report := talking.guest.report()) is not None and report.items == {"role": "web"})


def copied(source: Path, destination: str, **choices: bool) -> FileCopy:
    return FileCopy(
        source, "sent.bin", destination, **{"overwrite": False, "create_folders": False, **choices}
    )


def test_files_arrive_whole_and_what_is_there_is_kept(talking: Talking, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(range(256)) * 1000)
    copy = talking.guest.copy_file
    with pytest.raises(CopyRefused) as refused:
        copy(copied(source, "/opt/a b/file"))
    assert refused.value.status == PATH_NOT_FOUND
    copy(copied(source, "/opt/a b/file", create_folders=True))
    copy(copied(source, "/opt/a b/"))
    assert talking.port.run("cmp '/opt/a b/file' '/opt/a b/sent.bin'; stat -c %s '/opt/a b/file'") == "256000"
    source.write_bytes(b"short")
    with pytest.raises(CopyRefused) as refused:
        copy(copied(source, "/opt/a b/file"))
    assert refused.value.status == FILE_EXISTS
    copy(copied(source, "/opt/a b/file", overwrite=True))
    assert talking.port.run("cat '/opt/a b/file'") == "short"


def test_the_kernel_notes_an_interrupt_that_cannot_be_masked(talking: Talking) -> None:
    talking.guest.inject_nmi()
    talking.port.run_until("dmesg", "NMI")


def test_an_agent_that_ends_is_missed_and_one_that_comes_back_is_given_everything_again(
    talking: Talking, tmp_path: Path
) -> None:
    talking.guest.give_items({Pool.HOST: {"again": "and again"}})
    talking.port.run("touch /tmp/no-agent; kill $(pidof qemu-ga) && rm -rf /var/lib/hyperv")
    until(lambda: talking.guest.report() is None)
    source = tmp_path / "source"
    source.touch()
    with pytest.raises(CopyRefused) as refused:
        talking.guest.copy_file(copied(source, "/tmp"))
    assert refused.value.status == NOT_READY
    beats = talking.events.beats
    talking.port.run("rm /tmp/no-agent; port=$(grep -l agent /sys/class/virtio-ports/*/name | cut -d/ -f5)")
    talking.port.run("(qemu-ga -m virtio-serial -p /dev/$port -t /tmp >/dev/null 2>&1 &)")
    until(lambda: talking.events.beats > beats)
    talking.port.run_until(HOST_POOL, "again and again")


def test_an_agent_goes_on_talking_after_its_guest_was_saved(talking: Talking, lab: Lab) -> None:
    talking.guest.save()
    events = Events()
    restored = lab.runner.restore(talking.machine, events)
    restored.give_items({Pool.HOST: {"after": "the restore"}})
    events.wait(lambda heard: heard.beats > 1, PATIENCE_S)
    until(lambda: (report := restored.report()) is not None and "OSName" in report.intrinsic)
    port = ComPort(f"{talking.machine.guid}-com2", port=lab.smb_port)
    port.run_until(HOST_POOL, "after the restore")
    restored.turn_off()
    port.close()
