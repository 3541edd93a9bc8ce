"""Nobody's names steer the reader's terminal."""

from openhyperv.cli.failing import describe
from openhyperv.cli.printable import printable
from openhyperv.errors import NotFoundError


def test_what_steers_a_terminal_is_replaced_and_text_stays():
    assert printable("vm\x1b[2J\x9b\x07é\n\tok") == "vm\ufffd[2J\ufffd\ufffdé\n\tok"
    assert "\x1b" not in describe(NotFoundError("Gone.", target="\x1b]0;title\x07"))


def test_a_name_typed_with_escapes_comes_back_without(hv):
    done = hv("vm", "show", "\x9b31mred")
    assert done.returncode == 40
    assert "\ufffd31mred" in done.stderr
