"""Frames through Debian's Open vSwitch: a port that was plugged carries them, until it is unplugged."""

from __future__ import annotations

from copy import deepcopy

import pytest
from tests.capabilities import shows
from tests.emulator_network.crafting import BROADCAST, arp, ethernet

from tests_openstack.nova.ovs_cloud import OvsCloud
from tests_openstack.nova.ovs_switch import Card, OvsSwitch

_MAC = bytes.fromhex("00155d000001")
_FRAME = ethernet(_MAC, BROADCAST, arp(_MAC))


class Frames(OvsCloud):
    """Two servers, each with a card where Open vSwitch for Windows has one: at the name of its connection."""

    def setUp(self) -> None:
        super().setUp()
        self.switch = OvsSwitch(self.database, self.folder / "ovs")
        self.addCleanup(self.switch.stop)
        self.switch.start()
        self.first, self.second = self.neutron.port_1["id"], self.neutron.port_2["id"]
        self.neutron._ports[self.second] = deepcopy(self.neutron.port_2)
        self.servers = [self.with_port(port) for port in (self.first, self.second)]
        self.cards = [self.card_of(port) for port in (self.first, self.second)]

    def card_of(self, adapter: str) -> Card:
        connection = self.host.ports().cable_name(adapter)
        assert connection is not None
        self.switch.await_port(connection)
        return self.switch.plug(connection)

    @shows("N21")
    def test_a_frame_of_one_server_comes_to_the_other(self) -> None:
        one, other = self.cards
        one.send(_FRAME)
        assert other.receive() == _FRAME
        other.send(_FRAME)
        assert one.receive() == _FRAME

    def test_what_a_flow_forbids_does_not(self) -> None:
        one, other = self.cards
        number = self.switch.number_of(self.first)
        self.switch.add_flow(f"priority=9,in_port={number},arp,actions=drop")
        allowed = ethernet(_MAC, BROADCAST, b"\x88\xb5")
        one.send(_FRAME)
        one.send(allowed)
        assert other.receive() == allowed

    def test_nothing_comes_to_a_port_that_was_detached(self) -> None:
        self._detach_interface(self.servers[1], self.second)
        self.switch.await_port(self.second, is_there=False)
        with pytest.raises(EOFError):
            self.cards[1].receive()
        assert self.first in self.switch.ports()

    def test_nothing_comes_from_a_server_that_was_deleted(self) -> None:
        self._delete_server(self.servers[0])
        self.switch.await_port(self.first, is_there=False)
        with pytest.raises(EOFError):
            self.cards[0].receive()

    def test_a_service_that_starts_again_disturbs_no_frame(self) -> None:
        one, other = self.cards
        self.start_service_again()
        one.send(_FRAME)
        assert other.receive() == _FRAME

    def test_a_port_that_it_cannot_open_is_told_of(self) -> None:
        self.database.vsctl("--no-wait", "set", "Interface", self.first, "type=nothing")
        self.switch.await_port(self.first, is_there=False)
        self.look_after_host()
        told = [
            line for line in self.stdlog.logger.output.splitlines() if "does not forward for port" in line
        ]
        assert len(told) == 1
        assert f"port {self.first}: could not open network device" in told[0]
