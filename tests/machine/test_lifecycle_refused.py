"""What stop actions and checkpoints are refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   hyperv:stop_action=suspend
       stop-action: hyperv:stop_action is 'suspend'; allowed are turn_off, save, shut_down.
2025   hyperv:stop_action=SAVE
       stop-action: hyperv:stop_action is 'SAVE'; allowed are turn_off, save, shut_down.
2025   hyperv:checkpoints=yes
       checkpoints: hyperv:checkpoints is 'yes'; allowed are disabled, production, production_only,
       standard.
2012R2 hyperv:checkpoints=production
       unsupported: Hosts before Windows Server 2016 have standard checkpoints only; this host is
       6.3.9600.
2012R2 hyperv:checkpoints=production_only
       unsupported: Hosts before Windows Server 2016 have standard checkpoints only; this host is
       6.3.9600.
2012R2 hyperv:checkpoints=disabled
       unsupported: Hosts before Windows Server 2016 have standard checkpoints only; this host is
       6.3.9600.
2025   hyperv:checkpoint=standard
       unsupported: The flavor extra spec hyperv:checkpoint=standard asks for something that is not
       available here. Remove the flavor extra spec, if the machine can do without it.
"""


@shows("E10", "E12")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
