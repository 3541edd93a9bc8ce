"""hv vm console, on a machine without a disk: its firmware ends in a shell on the serial port."""

import termios

import pytest

from tests.cli.conftest import hv_for, simulate
from tests.cli.terminals import Terminal

pytestmark = pytest.mark.guest


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """``hv`` and the name of a machine in the shell of its firmware."""
    folder = tmp_path_factory.mktemp("console")
    for simulator in simulate(folder, "--guests", "qemu"):
        hv = hv_for(simulator, folder)
        hv.ok(
            "vm", "create", "shell", "--memory", "256", "--property", "hw_machine_type=hyperv-gen2", "--start"
        )
        yield hv, "shell"
        hv.ok("vm", "stop", "--force", "shell")


def test_a_terminal_speaks_with_the_guest_and_ctrl_bracket_leaves_it_as_it_was(machine, tmp_path):
    hv, name = machine
    log = tmp_path / "console.log"
    terminal = Terminal(hv, "vm", "console", name, "--log", str(log))
    terminal.until(b"Shell>")
    terminal.type(b"echo all-%0x7\r")
    terminal.until(b"all-")
    terminal.type(b"\x03ver\r")
    terminal.until(b"UEFI")
    terminal.type(b"\x1d")
    terminal.until(b"Left the console.")
    assert terminal.process.wait(30) == 0
    assert termios.tcgetattr(terminal.ours) == terminal.before
    assert b"Shell>" in log.read_bytes()
    terminal.close()


def test_without_a_terminal_stdin_is_sent_and_the_time_ends_it(machine):
    hv, name = machine
    done = hv("vm", "console", name, "--timeout", "10", stdin="\rver\r")
    assert done.returncode == 0
    assert "UEFI" in done.stdout
    assert "time is up" in done.stderr


def test_a_machine_that_is_off_has_no_console(machine):
    hv, _ = machine
    hv.ok("vm", "create", "dark", "--memory", "256")
    done = hv("vm", "console", "dark", "--timeout", "5")
    assert done.returncode == 40


def test_a_guest_that_does_not_shut_down_is_told_with_what_to_do(machine):
    hv, name = machine
    done = hv("vm", "stop", name, "--timeout", "3")
    assert done.returncode == 43
    assert "turn it off" in done.stderr


def test_a_screenshot_is_a_picture(machine, tmp_path):
    hv, name = machine
    picture = tmp_path / "screen.png"
    hv.ok("vm", "screenshot", name, str(picture), "--size", "80x60")
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
