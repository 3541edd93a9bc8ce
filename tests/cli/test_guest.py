"""hv vm console, hv vm log and hv vm guest, on a Debian that boots once for all of them."""

import signal
import subprocess
from contextlib import contextmanager
from time import monotonic, sleep

import pytest

from openhyperv.emulator.debian_guest.boot_files import default_cache, fetch
from openhyperv.emulator.debian_guest.guests import build_all
from tests.capabilities import shows
from tests.cli.conftest import PROGRAMS, hv_for, simulate
from tests.cli.terminals import PATIENCE_S, Terminal

pytestmark = pytest.mark.guest
PROMPT = b"guest# "


@pytest.fixture(scope="module")
def hv(tmp_path_factory):
    """``hv`` on a host where the machine ``web`` has booted."""
    folder = tmp_path_factory.mktemp("guest")
    list(build_all(folder, fetch(default_cache()), ["gen2"]))
    for simulator in simulate(folder, "--guests", "qemu"):
        hv = hv_for(simulator, folder)
        hv.ok("image", "push", str(folder / "gen2.vhdx"))
        hv.ok(
            *("vm", "create", "web", "--memory", "512", "--image", "gen2", "--nic", "none"),
            *("--property", "hw_machine_type=hyperv-gen2", "--start"),
        )
        yield hv
        hv("vm", "stop", "--force", "web")


@pytest.fixture(scope="module")
def terminal(hv):
    """A terminal with a shell of the guest on it."""
    terminal = Terminal(hv, "vm", "console", "web")
    terminal.until(b"Connected")
    terminal.until(b"GUEST-UP")
    terminal.until(PROMPT)
    yield terminal
    terminal.close()


def run(terminal, command):
    """What the guest's shell answers."""
    terminal.type(command.encode() + b"; echo DO''NE\r")
    terminal.until(b"DONE")
    return terminal.shown.decode(errors="replace")


def until(look):
    deadline_s = monotonic() + PATIENCE_S
    while not look():
        assert monotonic() < deadline_s
        sleep(0.5)


@shows("F7", "G3", guest=True)
def test_what_is_typed_at_a_terminal_reaches_the_guest_and_its_answer_comes_back(terminal):
    assert "sum 42" in run(terminal, "echo sum $((20 + 22))")


@shows("G3", guest=True)
def test_the_guest_asks_the_terminal_for_its_size_and_is_answered(terminal):
    terminal.type(b"stty -echo; printf '\\033[6n'; read -r size; stty echo; echo size${size#?}\r")
    terminal.until(b"\x1b[6n")  # what programs ask a terminal that they measure
    terminal.type(b"\x1b[50;132R\r")
    terminal.until(b"size[50;132R")


@contextmanager
def recording(hv):
    command = ["env", "--default-signal=INT", PROGRAMS / "hv", "vm", "log", "web", "--record"]
    with subprocess.Popen(command, env=hv.environment, stdout=subprocess.PIPE) as process:
        yield process
        process.send_signal(signal.SIGINT)
        process.wait(30)


@shows("G1", guest=True)
def test_a_log_is_kept_while_somebody_sits_at_the_terminal(hv, terminal):
    assert hv("vm", "log", "web").returncode == 40
    with recording(hv) as process:
        heard = b""
        terminal.type(b"while sleep 1; do echo tick; done\r")
        while b"tick" not in heard:
            heard += process.stdout.read1(4096)
    terminal.type(b"\x03")
    terminal.until(PROMPT)
    assert "tick" in hv.ok("vm", "log", "web")


@shows("X1", guest=True)
def test_the_guest_tells_its_system_and_addresses(hv, terminal):
    run(terminal, "ip link set eth0 up; ip addr add 192.0.2.7/24 dev eth0")
    until(lambda: "192.0.2.7" in hv.json("vm", "guest", "show", "web")["addresses"])
    shown = hv.ok("vm", "guest", "show", "web")
    assert "Debian GNU/Linux, OpenHyperV's test guest" in shown
    assert any(line.split() == ["Heartbeat", "OK"] for line in shown.splitlines())
    assert "192.0.2.7" in hv.ok("vm", "show", "web")


@shows("X1", guest=True)
def test_items_cross_both_ways(hv, terminal):
    hv.ok("vm", "guest", "set", "web", "role=frontend", "zone=a")
    pool = "cat /var/lib/hyperv/.kvp_pool_0 2>/dev/null | tr -s '\\000' ' '"
    until(lambda: "role frontend zone a" in run(terminal, pool))
    record = "{ printf state; head -c 507 /dev/zero; printf ready; head -c 2043 /dev/zero; }"
    run(terminal, f"{record} >/var/lib/hyperv/.kvp_pool_1")
    wanted = {"name": "state", "data": "ready", "source": "guest"}
    until(lambda: wanted in hv.json("vm", "guest", "items", "web"))
    hv.ok("vm", "guest", "unset", "web", "zone", "role")
    until(lambda: "role" not in run(terminal, pool).partition("DO")[2])


@shows("X2", guest=True)
def test_files_are_copied_into_the_guest(hv, terminal, tmp_path):
    file = tmp_path / "motd"
    file.write_text("carried without a network\n")
    assert hv("vm", "guest", "copy", "web", str(file), "/opt/site/").returncode == 41
    hv.ok("vm", "guest", "service", "web", "files", "on")
    assert "files" in hv.ok("vm", "guest", "service", "web")
    hv.ok("vm", "guest", "copy", "web", str(file), "/opt/site/motd", "--parents")
    assert "carried without a network" in run(terminal, "cat /opt/site/motd")
    again = hv("vm", "guest", "copy", "web", str(file), "/opt/site/motd")
    assert again.returncode == 33
    assert "0x80070050" in again.stderr


@shows("X3", guest=True)
def test_the_guest_notes_an_interrupt(hv, terminal):
    hv.ok("vm", "guest", "nmi", "web")
    until(lambda: "NMI received" in run(terminal, "dmesg"))


@shows("H5", "G6", guest=True)
def test_a_guest_shuts_down_cleanly_and_the_terminal_waits_for_it(hv, terminal):
    hv.ok("vm", "stop", "web")
    terminal.until(b"GUEST-DOWN power button")
    terminal.until(b"\r\n[The console was closed; waiting until the machine is back.]\r\n")
    hv.ok("vm", "start", "web")
    terminal.until(b"The console is back.")
    terminal.type(b"\x1d")
    terminal.until(b"Left the console.")
