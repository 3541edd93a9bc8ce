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
from tests.emulator_guests.booting import PORTS, lay_in, open_ports
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


@frozen
class Starting:
    """A machine whose guest boots, listened to from the beginning."""

    host: Host
    machine: VirtualMachine
    number: int
    log: ComPort
    shell: ComPort

    def up(self) -> Networked:
        """The guest once it is up, with its card up and an address."""
        self.log.wait_for("GUEST-UP")
        self.shell.run(f"ip addr add 10.0.0.{self.number}/24 dev eth0 && ip link set eth0 up")
        return Networked(self.host, self.machine, self.shell, bytes.fromhex(mac_of(self.number)), self.number)


def boot(
    hosting: tuple[EmulatedHost, Host],
    image: Path,
    switch: str | None,
    number: int,
    properties: Mapping[str, str],
    *,
    adapter: str = "eth0",
) -> Starting:
    """Create and start a machine with a card at a switch, or one that somebody else connects."""
    emulated, host = hosting
    kind = DiskFormat(image.suffix[1:])
    disks = (DiskRequest("root", ExistingDisk(lay_in(emulated, image), kind), boot_index=0),)
    card = NetworkAdapter(adapter, mac_of(number), switch)
    named = f"guest{number}"
    spec = machine_spec(named, {**properties, **PORTS}, disks=disks, network_adapters=(card,), memory_mb=320)
    machine = host.create(spec)
    machine.start()
    return Starting(host, machine, number, *open_ports(emulated, spec))


def mac_of(number: int) -> str:
    """The address of that guest's card, as Hyper-V writes it."""
    return f"00155D0000{number:02X}"
