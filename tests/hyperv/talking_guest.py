"""A guest whose integration services answer, for hosts that run no real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.guests.exchange import FileCopy, GuestReport, Items, Pool
from openhyperv.emulator.guests.machine import CopyRefused, GuestEvent, GuestMachine
from openhyperv.emulator.guests.state_only import StateOnlyGuest
from openhyperv.emulator.host.machines.exchange import give_items
from openhyperv.hyperv.virtual_machine import VirtualMachine

FILE_EXISTS = 80


class TalkingGuest(StateOnlyGuest):
    """Says what it is told to say, and keeps what it is given."""

    def __init__(self, machine: GuestMachine, on_event: Callable[[GuestEvent], None]) -> None:
        super().__init__(machine, on_event)
        self.said = GuestReport({}, {})
        self.given: dict[Pool, Items] = {}
        self.files: dict[str, bytes] = {}
        self.interrupts = 0
        self.presses = 0
        self.obeys_press = 1
        """The press of the power button that it obeys."""

    def report(self) -> GuestReport | None:
        return self.said

    def give_items(self, items: Mapping[Pool, Items]) -> None:
        self.given |= items

    def copy_file(self, copy: FileCopy) -> None:
        if copy.destination in self.files and not copy.overwrite:
            raise CopyRefused(FILE_EXISTS, "The file exists.")
        self.files[copy.destination] = copy.source.read_bytes()

    def press_power_button(self) -> None:
        self.presses += 1
        if self.presses >= self.obeys_press:
            super().press_power_button()

    def inject_nmi(self) -> None:
        self.interrupts += 1


def let_guest_answer(emulated: EmulatedHost, machine: VirtualMachine) -> TalkingGuest:
    """Put a guest that answers into a running machine."""
    system = emulated.host.systems.find(machine.guid)
    assert system is not None
    assert system.session is not None
    state_dir = emulated.host.state_dir(system)
    told = partial(emulated.host.guest_events.put, system, system.session)
    guest = TalkingGuest(GuestMachine(machine.guid, system.name, 2, 1, 512, state_dir), told)
    system.session.guest = guest
    system.session.last_heartbeat = datetime.now(UTC)
    give_items(system, emulated.host.name, emulated.host.schema)
    return guest
