"""Reading several things at once on one session."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier

import pytest
from attrs import evolve

from openhyperv.cim.session import Session
from openhyperv.errors import AuthenticationError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system
from openhyperv.wire.wql import select
from tests.emulated import emulated_host, target_of

_PATIENCE_S = 10


def test_what_is_read_aside_is_under_way_at_the_same_time(tmp_path: Path) -> None:
    together = Barrier(3)

    def read(session: Session) -> int:
        together.wait(_PATIENCE_S)
        return len(list(session.query(select("Msvm_ComputerSystem"))))

    with emulated_host(tmp_path, machines=2) as emulated, Session.open(target_of(emulated)) as session:
        session.identify()
        first, second = session.aside(lambda: read(session)), session.aside(lambda: read(session))
        assert [read(session), first(), second()] == [3, 3, 3]
        missing = session.aside(lambda: session.get(system("C0FFEE00-0000-0000-0000-000000000000")))
        with pytest.raises(NotFoundError) as caught:
            missing()
        assert caught.value.host == session.host


def test_a_wrong_password_is_tried_once_even_where_much_is_read_at_once(tmp_path: Path) -> None:
    with emulated_host(tmp_path) as emulated:
        counters = emulated.listener.counters
        target = evolve(target_of(emulated), password="wrong")
        with Host.connect(target) as stranger, pytest.raises(AuthenticationError):
            stranger.statistics()
        assert counters.snapshot()["authentication_failures"] == 1
