"""os-win finds where the consoles of machines are served."""

from __future__ import annotations

import pytest

from openhyperv.cim.session import Session
from tests.oswin.gates import factory
from tests.oswin.proving import proves

pytestmark = pytest.mark.usefixtures("windows")


@proves("rdpconsoleutils.RDPConsoleUtils.get_rdp_console_port")
def test_the_port_is_that_of_the_terminal_service(ours: Session) -> None:
    (settings,) = ours.enumerate("Msvm_TerminalServiceSettingData")
    port = factory().get_rdpconsoleutils().get_rdp_console_port()
    assert port == settings["ListenerPort"] == 2179
