"""Guests with network cards, and what they can be asked about their network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import DiskFormat, ExistingDisk
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import PortSpec
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import MachineSpec
from tests.emulator_guests.booting import PORTS, lay_in, shell_of
from tests.emulator_guests.com_port import ComPort
from tests.hyperv.specs import machine_spec


@frozen
class Networked:
    """A guest that is up; its card has the address 10.0.0.``number`` and no cable rules of its own yet."""

    host: Host
    machine: VirtualMachine
    shell: ComPort
    mac: bytes
    number: int

    @property
    def address(self) -> str:
        """The guest's IPv4 address."""
        return f"10.0.0.{self.number}"

    def bind(self, port: PortSpec) -> None:
        """Give the guest's card another port."""
        self.host.bind_port(self.machine.adapters.key("eth0"), port)

    def pings(self, other: Networked) -> bool:
        """Whether another guest answers; ARP has to pass too."""
        self.shell.run("ip neigh flush dev eth0")
        return self._is("ping -c 3 -W 2", other.address)

    def reads(self, other: Networked, tcp_port: int) -> str:
        """What another guest says on a TCP port, nothing where it cannot be reached."""
        return self.shell.run(f"nc -w 3 {other.address} {tcp_port} </dev/null 2>/dev/null || true")

    def says(self, word: str, tcp_port: int) -> None:
        """Have it answer on a TCP port with a word."""
        self.in_background(f"while :; do echo {word} | nc -l -p {tcp_port}; done")

    def in_background(self, command: str) -> None:
        """Run something while other commands are given."""
        self.shell.run(f"({command}) >/dev/null 2>&1 </dev/null &")

    def listen(self) -> None:
        """Begin to note what comes to any card, whenever that is plugged in."""
        self.in_background("exec frames listen /tmp/seen")
        self.shell.run_until("ls /tmp", "seen")

    def await_frame(self, text: str) -> None:
        """Wait for a frame with that in it, or before it the name of the card that it comes to."""
        self.shell.run_until(f"grep -m 1 -o '{text}' /tmp/seen || true", text)

    def heard(self, text: str) -> int:
        """How many frames with that in them have come since it listens."""
        return int(self.shell.run(f"grep -c '{text}' /tmp/seen || true"))

    def send(self, *frames: bytes) -> None:
        """Send frames as they are."""
        self.shell.run(f"frames send eth0 {' '.join(frame.hex() for frame in frames)}")

    def end_background(self) -> None:
        """End what still sends and listens."""
        self.shell.run("killall perl 2>/dev/null; rm -f /tmp/seen")

    def _is(self, command: str, argument: str) -> bool:
        return self.shell.run(f"{command} {argument} >/dev/null 2>&1 && echo yes || echo no") == "yes"


def boot(
    emulated: EmulatedHost, host: Host, image: Path, switch: str, number: int, properties: Mapping[str, str]
) -> MachineSpec:
    """Create and start a machine with a card at a switch; :func:`await_guest` waits for it."""
    kind = DiskFormat(image.suffix[1:])
    disks = (DiskRequest("root", ExistingDisk(lay_in(emulated, image), kind), boot_index=0),)
    card = NetworkAdapter("eth0", f"00155D0000{number:02X}", switch)
    named = f"guest{number}"
    spec = machine_spec(named, {**properties, **PORTS}, disks=disks, network_adapters=(card,), memory_mb=320)
    host.create(spec).start()
    return spec


def await_guest(emulated: EmulatedHost, host: Host, spec: MachineSpec, number: int) -> Networked:
    """The guest of a machine that was started, with its card up."""
    shell = shell_of(emulated, spec)
    shell.run(f"ip addr add 10.0.0.{number}/24 dev eth0 && ip link set eth0 up")
    mac = bytes.fromhex(f"00155D0000{number:02X}")
    return Networked(host, host.machine(spec.name), shell, mac, number)
