"""What serial ports are refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   interactive_serial_port=0
       serial-port: interactive_serial_port is '0'; allowed are 1, 2.
2025   interactive_serial_port=3
       serial-port: interactive_serial_port is '3'; allowed are 1, 2.
2025   interactive_serial_port=
       serial-port: interactive_serial_port is ''; allowed are 1, 2.
2025   logging_serial_port=one
       serial-port: logging_serial_port is 'one'; allowed are 1, 2.
2025   logging_serial_port=3
       serial-port: logging_serial_port is '3'; allowed are 1, 2.
2025   hw:serial_port_count=4
       unsupported: The flavor extra spec hw:serial_port_count=4 asks for something that is not
       available here. Remove the flavor extra spec, if the machine can do without it.
"""


@shows("F7")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
