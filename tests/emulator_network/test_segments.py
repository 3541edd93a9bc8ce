"""Physical networks: the external switches of several hosts, in one process or in several, meet there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.network.segment import segment_directory
from openhyperv.emulator.network.settings import PortSettings, Security
from openhyperv.emulator.network.vlans import AccessVlan, EveryVlan
from openhyperv.errors import InvalidInputError
from tests.emulator_network.crafting import UDP, arp, ethernet, ip, udp
from tests.emulator_network.wires import SWITCH, Card, Lab, everybody
from tests.fabrics import networks

HELLO = ip("10.0.0.1", "10.0.0.2", UDP, udp(9, 9))
NETWORK = "Emulated Ethernet Adapter"


@pytest.fixture
def folder() -> Iterator[Path]:
    with networks() as made:
        yield made


@pytest.fixture
def host(folder: Path) -> Iterator[Callable[..., Lab]]:
    """Makes hosts, each with a switch that is on a physical network."""
    with ExitStack() as resources:

        def make(*networks: str) -> Lab:
            fabric = Fabric(folder)
            resources.callback(fabric.close)
            fabric.define(SWITCH, {"uplink": uplink(*(networks or (NETWORK,)))})
            lab = Lab(fabric)
            resources.callback(lab.close)
            return lab

        yield make


def uplink(*networks: str) -> PortSettings:
    """A switch's port to adapters on these networks."""
    security = Security(allow_mac_spoofing=True)
    return PortSettings(switch=SWITCH, vlan=EveryVlan(), security=security, segments=networks)


def add(lab: Lab, last: int, vlan_id: int = 0) -> Card:
    """A machine at a host's switch; addresses of several hosts have to differ."""
    return lab.add(f"vm{last}", mac=bytes([0, 0x15, 0x5D, 0, 9, last]), vlan=AccessVlan(vlan_id))


def test_machines_of_three_hosts_hear_each_other_once(host: Callable[..., Lab]) -> None:
    cards = [add(host(), number) for number in range(3)]
    for card in cards:
        card.send(everybody(card))
    for card in cards:
        others = [everybody(other) for other in cards if other is not card]
        assert sorted(card.await_frames(2)) == sorted(others)


def test_vlans_go_across_with_their_tags(host: Callable[..., Lab]) -> None:
    here, there = host(), host()
    five, six = add(there, 5, 5), add(there, 6, 6)
    sender = add(here, 1, 5)
    sender.send(everybody(sender))
    assert five.await_frames(1) == [everybody(sender)]
    five.send(everybody(five))
    assert sender.await_frames(1) == [everybody(five)]
    assert six.received() == []


def test_networks_of_other_names_are_apart(host: Callable[..., Lab]) -> None:
    here, same, other = host(), host(), host("another network")
    sender, near, far = add(here, 1), add(same, 2), add(other, 3)
    sender.send(everybody(sender))
    assert near.await_frames(1) == [everybody(sender)]
    assert far.received() == []


def test_who_comes_later_meets_those_who_are_there(host: Callable[..., Lab]) -> None:
    first = add(host(), 1)
    second = add(host(), 2)
    first.send(everybody(first))
    assert second.await_frames(1) == [everybody(first)]


def test_who_has_gone_is_not_missed(host: Callable[..., Lab], folder: Path) -> None:
    here, gone, there = host(), host(), host()
    gone.fabric.define(SWITCH, {})
    sender, target = add(here, 1), add(there, 2)
    here.send(sender, ethernet(sender.mac, target.mac, HELLO))
    assert target.await_frames(1) == [ethernet(sender.mac, target.mac, HELLO)]
    assert len(list(segment_directory(folder, NETWORK).glob("*.sock"))) == 2


def test_what_a_dead_process_left_is_swept(host: Callable[..., Lab], folder: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from openhyperv.emulator.network.fabric import Fabric\n"
        "from tests.emulator_network.test_segments import SWITCH, NETWORK, uplink\n"
        "Fabric(Path(sys.argv[1])).define(SWITCH, {'uplink': uplink(NETWORK)}); os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=False, timeout=60)
    (left,) = segment_directory(folder, NETWORK).glob("*.sock")
    first, second = add(host(), 1), add(host(), 2)
    assert not left.exists()
    first.send(everybody(first))
    assert second.await_frames(1) == [everybody(first)]


def test_machines_of_two_processes_meet(host: Callable[..., Lab], folder: Path) -> None:
    """The other process answers each frame for everybody by one of its own."""
    script = (
        "import sys; from pathlib import Path\n"
        "from openhyperv.emulator.network.fabric import Fabric\n"
        "from tests.emulator_network.test_segments import SWITCH, NETWORK, add, uplink\n"
        "from tests.emulator_network.wires import Lab, everybody\n"
        "lab = Lab(Fabric(Path(sys.argv[1])))\n"
        "lab.fabric.define(SWITCH, {'uplink': uplink(NETWORK)})\n"
        "card = add(lab, 2); print('there', flush=True)\n"
        "card.await_frames(1); card.send(everybody(card)); sys.stdin.read()\n"
    )
    argv = [sys.executable, "-c", script, str(folder)]
    card = add(host(), 1)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "there\n"
        card.send(everybody(card))
        (answer,) = card.await_frames(1)
        assert answer[6:12] == bytes([0, 0x15, 0x5D, 0, 9, 2])
        other.kill()


def test_a_switch_leaves_its_network(host: Callable[..., Lab]) -> None:
    here, there = host(), host()
    sender, target = add(here, 1), add(there, 2)
    here.fabric.define(SWITCH, {"uplink": uplink()})
    here.send(sender, everybody(sender))
    here.fabric.define(SWITCH, {"uplink": uplink(NETWORK)})
    here.send(sender, ethernet(sender.mac, target.mac, arp(sender.mac)))
    assert target.await_frames(1) == [ethernet(sender.mac, target.mac, arp(sender.mac))]


def test_a_folder_with_too_long_a_path_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="characters"):
        Fabric(Path("/tmp") / ("n" * 80))
