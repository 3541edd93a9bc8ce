"""Starting QEMU for a machine: everything it needs is opened first, and nothing is left if that fails."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from attrs import field, frozen

from openhyperv.emulator.children import Child, ChildError, Privileges
from openhyperv.emulator.disks.running import Resolve
from openhyperv.emulator.guests import firmware
from openhyperv.emulator.guests.agent.agent import CHANNEL, DEVICE, GuestAgent
from openhyperv.emulator.guests.board import (
    BiosBoard,
    Board,
    UefiBoard,
    block_option,
    controller_device,
    device_option,
    drive_device,
    machine_options,
    network_option,
    nic_device,
    serial_options,
)
from openhyperv.emulator.guests.cabling import Cabling
from openhyperv.emulator.guests.descriptors import Inherited
from openhyperv.emulator.guests.drives import Drives
from openhyperv.emulator.guests.fate import Fate
from openhyperv.emulator.guests.machine import GuestError, GuestEvent, GuestMachine
from openhyperv.emulator.guests.monitor import Event, Monitor
from openhyperv.emulator.guests.plugging import Plugging, Removals
from openhyperv.emulator.guests.qemu_guest import Parts, QemuGuest
from openhyperv.emulator.guests.sizing import size_options
from openhyperv.emulator.guests.throttling import limit_operations
from openhyperv.emulator.guests.tpm import VirtualTpm
from openhyperv.emulator.guests.wiring import Wiring
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.smb.pipes import PipeDirectory, PipeInUse


@frozen
class Surroundings:
    """What guests have around them.

    Named pipes, their disks' parents, cached firmware, virtual switches, and who runs QEMU.
    """

    pipes: PipeDirectory
    resolve: Resolve
    cache: Path
    fabric: Fabric
    privileges: Privileges = field(factory=Privileges.least)


def launch(
    machine: GuestMachine,
    wiring: Wiring,
    surroundings: Surroundings,
    on_event: Callable[[GuestEvent], None],
    *,
    before_it_runs: Callable[[Monitor], None] | None = None,
) -> QemuGuest:
    """Start a machine. With ``before_it_runs`` QEMU waits for a saved state, which that call loads.

    :raises GuestError: it does not start; nothing of it is left then
    """
    try:
        with ExitStack() as rest:
            start = _Start(machine, wiring, surroundings, Fate(on_event), rest)
            return start.run(before_it_runs)
    except (ChildError, PipeInUse, OSError, ValueError) as error:
        raise GuestError(str(error) or type(error).__name__) from error


class _Start:
    """What one start has made so far; ``rest`` takes it apart again, in reverse order."""

    def __init__(
        self,
        machine: GuestMachine,
        wiring: Wiring,
        surroundings: Surroundings,
        fate: Fate,
        rest: ExitStack,
    ) -> None:
        self._machine = machine
        self._wiring = wiring
        self._surroundings = surroundings
        self._fate = fate
        self._rest = rest
        self._removals = Removals()
        ours, self._agent_end = socket.socketpair()
        self._agent = GuestAgent(ours, lambda: fate.pass_on(GuestEvent.HEARTBEAT))
        rest.callback(self._agent_end.close)
        rest.callback(self._agent.close)
        self._cabling = Cabling(surroundings.fabric, machine.guid)
        self._drives = Drives(machine.state_dir, surroundings.resolve)
        rest.callback(self._drives.close_all)

    def run(self, before_it_runs: Callable[[Monitor], None] | None) -> QemuGuest:
        ours, theirs = socket.socketpair()
        self._rest.callback(ours.close)
        inherited = Inherited()
        try:
            board = self._board(inherited)
            words = list(self._words(board, inherited, monitor=inherited.adopt(theirs)))
            if before_it_runs is not None:
                words += ["-incoming", "defer"]
            child = self._child([*inherited.options, *words], inherited.numbers)
        finally:
            inherited.close()
        monitor = self._monitor(ours, child)
        plugging = Plugging(monitor, board, self._wiring, self._drives, self._removals, self._cabling)
        if before_it_runs is not None:
            before_it_runs(monitor)
        for nic in self._machine.nics:
            plugging.set_link(nic)
        for drive in self._machine.drives:
            if drive.maximum_iops:
                limit_operations(monitor, drive.device_id, drive.maximum_iops)
        monitor.execute("cont")
        parts = Parts(
            child=child,
            monitor=monitor,
            wiring=self._wiring,
            plugging=plugging,
            removals=self._removals,
            fate=self._fate,
            agent=self._agent,
            rest=self._rest.pop_all(),
        )
        return QemuGuest(self._machine, parts)

    def _hear(self, event: Event) -> None:
        self._fate.hear(event)
        self._removals.hear(event)
        self._agent.hear(event)

    def _board(self, inherited: Inherited) -> Board:
        machine = self._machine
        if machine.generation == 1:
            return BiosBoard()
        uefi = firmware.prepare(machine.state_dir, machine.secure_boot, self._surroundings.cache)
        variables = inherited.file(uefi.variables, writable=True)
        return UefiBoard(uefi.code, variables, needs_smm=uefi.needs_smm)

    def _words(self, board: Board, inherited: Inherited, *, monitor: str) -> Iterator[str]:
        """The command line but for the program."""
        yield from machine_options(self._machine)
        yield from size_options(self._machine, board.bus)
        yield from board.options()
        for number in sorted(self._wiring.controllers):
            yield from device_option(controller_device(board, number))
        yield from self._drive_words(inherited)
        yield from self._nic_words(board, inherited)
        for number, pipe in enumerate(self._machine.serial_pipes):
            yield from serial_options(number, self._serial(pipe, inherited))
        yield from self._agent_words(inherited)
        if self._machine.has_tpm and self._machine.generation == 2:
            yield from self._tpm_words(inherited)
        yield from ("-device", "pvpanic")
        yield from ("-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control")

    def _boot_index(self, device_id: str) -> int | None:
        order = list(self._machine.boot_order)
        return order.index(device_id) + 1 if device_id in order else None

    def _drive_words(self, inherited: Inherited) -> Iterator[str]:
        for drive in self._machine.drives:
            node = None
            if drive.path is not None:
                block = self._drives.open(drive, drive.path, inherited)
                node = block["node-name"]
                yield from block_option(block)
            yield from device_option(drive_device(drive, node, self._boot_index(drive.device_id)))

    def _nic_words(self, board: Board, inherited: Inherited) -> Iterator[str]:
        for nic in self._machine.nics:
            place = board.nic_place(self._wiring.nics[nic.device_id])
            cable = self._cabling.plug(nic.device_id)
            self._rest.callback(self._cabling.unplug, nic.device_id)
            yield from network_option(nic.device_id, inherited.adopt(cable))
            yield from device_option(nic_device(nic, place))

    def _serial(self, pipe: str | None, inherited: Inherited) -> str | None:
        """QEMU's end of a serial port that has a pipe."""
        if pipe is None:
            return None
        ours, theirs = socket.socketpair()
        name = inherited.adopt(theirs)
        self._rest.callback(ours.close)
        self._rest.callback(self._surroundings.pipes.serve(pipe, ours).close)
        return name

    def _agent_words(self, inherited: Inherited) -> Iterator[str]:
        yield from ("-chardev", f"socket,id=agent-channel,fd={inherited.adopt(self._agent_end)}")
        port = {"driver": "virtserialport", "chardev": "agent-channel", "name": CHANNEL, "id": DEVICE}
        yield from device_option(port)

    def _tpm_words(self, inherited: Inherited) -> Iterator[str]:
        log = self._machine.state_dir / "swtpm.log"
        privileges = self._surroundings.privileges
        tpm = VirtualTpm(self._machine.state_dir, log, privileges, self._machine.tpm_key)
        self._rest.callback(tpm.stop)
        yield from ("-chardev", f"socket,id=tpm-channel,fd={inherited.adopt(tpm.channel)}")
        yield from ("-tpmdev", "emulator,id=tpm,chardev=tpm-channel", "-device", "tpm-crb,tpmdev=tpm")

    def _child(self, words: Sequence[str], descriptors: Sequence[int]) -> Child:
        state_dir = self._machine.state_dir
        child = Child(
            ["qemu-system-x86_64", *words],
            cwd=Path("/"),
            log=state_dir / "qemu.log",
            privileges=self._surroundings.privileges,
            pass_fds=descriptors,
        )
        self._rest.callback(child.kill)
        return child

    def _monitor(self, end: socket.socket, child: Child) -> Monitor:
        """Meet QEMU; when it has refused its command line, its own words say why."""
        try:
            monitor = Monitor(self._machine.name, end, self._hear)
        except GuestError as error:
            child.kill()
            raise GuestError(f"QEMU does not start: {child.output().strip() or error}") from error
        self._rest.callback(monitor.close)
        return monitor
