"""One machine of a host, by its GUID."""

from __future__ import annotations

from uuid import UUID

from openhyperv.cim.session import Session
from openhyperv.files.share import HostFiles
from openhyperv.hyperv import keyboard, power, screen
from openhyperv.hyperv.adapters.machine_adapters import MachineAdapters
from openhyperv.hyperv.boot.machine_boot import MachineBoot
from openhyperv.hyperv.changing import MachineChanges, change
from openhyperv.hyperv.checkpoints.machine_checkpoints import MachineCheckpoints
from openhyperv.hyperv.copies.disk_copy import DiskCopy
from openhyperv.hyperv.deleting import delete_machine
from openhyperv.hyperv.devices.machine_devices import MachineDevices
from openhyperv.hyperv.disks.machine_disks import MachineDisks
from openhyperv.hyperv.gpus.machine_gpus import MachineGpus
from openhyperv.hyperv.guest.machine_guest import MachineGuest
from openhyperv.hyperv.jobs import wait_for_jobs_of
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.metrics.control import start_metering, stop_metering
from openhyperv.hyperv.metrics.reading import read_machine_use
from openhyperv.hyperv.metrics.use import MachineUse
from openhyperv.hyperv.names import system, system_settings
from openhyperv.hyperv.reconfiguring.reconfiguration import Reconfiguration
from openhyperv.hyperv.security.machine_security import MachineSecurity
from openhyperv.hyperv.serial.machine_serial import MachineSerial
from openhyperv.hyperv.shutting_down import restart, shut_down
from openhyperv.hyperv.states import MachineState, RequestedState
from openhyperv.hyperv.summary import MachineSummary, summarize
from openhyperv.hyperv.transfer.machine_transfer import MachineTransfer
from openhyperv.hyperv.values import text
from openhyperv.machine.memory import Memory
from openhyperv.machine.spec import MachineSpec
from openhyperv.transport.deadline import Deadline

_STATE_TIMEOUT_S = 120.0
_SHUTDOWN_TIMEOUT_S = 300.0
_RESTART_TIMEOUT_S = 60.0


class VirtualMachine:
    """A machine. Nothing is read before it is asked for, and nothing is remembered but the GUID.

    Calls that change the state wait until it has changed, and raise
    :class:`~openhyperv.errors.ConflictError` where the present state does not allow it.
    """

    def __init__(self, session: Session, files: HostFiles, layout: Layout, guid: str) -> None:
        self._session = session
        self._files = files
        self._layout = layout
        self.guid = guid.upper()

    def __repr__(self) -> str:
        return f"VirtualMachine({self._session.host!r}, {self.guid!r})"

    @property
    def devices(self) -> MachineDevices:
        """The PCI devices of the host that it has."""
        return MachineDevices(self._session, self.guid)

    @property
    def gpus(self) -> MachineGpus:
        """What it has of the host's GPUs."""
        return MachineGpus(self._session, self.guid)

    @property
    def guest(self) -> MachineGuest:
        """The system inside it."""
        return MachineGuest(self._session, self._files, self.guid)

    def firmware_guid(self) -> UUID:
        """What its guest knows it by (the UUID in SMBIOS), which is not its own GUID."""
        return UUID(text(self._session.get(system_settings(self.guid)), "BIOSGUID").strip("{}"))

    def summary(self) -> MachineSummary:
        """What the host says of it, in one call."""
        return summarize(self._session, self.guid)

    def state(self) -> MachineState:
        """What it does now."""
        return power.read_state(self._session, self.guid)

    def wait_for(self, state: MachineState, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Wait until it has reached a state."""
        power.wait_for_state(self._session, self.guid, state, Deadline.after(timeout_s))

    def start(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Start it, or go on from a saved state."""
        self._request(RequestedState.RUNNING, timeout_s)

    def resume(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Let a paused machine go on."""
        self._request(RequestedState.RUNNING, timeout_s)

    def turn_off(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Pull the plug; a saved state is discarded."""
        self._request(RequestedState.OFF, timeout_s)

    def reset(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Press the reset button."""
        self._request(RequestedState.RESET, timeout_s)

    def pause(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Freeze it in memory."""
        self._request(RequestedState.PAUSED, timeout_s)

    def save(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Write its memory to disk and stop it there."""
        self._request(RequestedState.SAVED, timeout_s)

    def reach(self, state: MachineState, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Bring it to running, off, saved or paused; nothing happens if it is so already."""
        power.reach(self._session, self.guid, state, timeout_s=timeout_s)

    def settle(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Wait until the host is busy with it no more, as it is for a while after the end of a checkpoint."""
        wait_for_jobs_of(self._session, system(self.guid), Deadline.after(timeout_s))

    def start_anew(self, *, timeout_s: float = _STATE_TIMEOUT_S) -> None:
        """Have it begin from its firmware, whatever it does now; a saved state is discarded."""
        power.start_anew(self._session, self.guid, timeout_s=timeout_s)

    def _request(self, state: RequestedState, timeout_s: float) -> None:
        power.request_state(self._session, self.guid, state, timeout_s=timeout_s)

    def shut_down(
        self,
        *,
        timeout_s: float = _SHUTDOWN_TIMEOUT_S,
        ask_again_s: float | None = None,
        then_turn_off: bool = False,
    ) -> None:
        """Ask the guest to shut down, and wait until it is off.

        With ``ask_again_s`` one that does not listen yet, or does not go off, is asked again that often until
        the time is up. With ``then_turn_off`` the machine is turned off where asking comes to nothing.
        """
        shut_down(
            self._session,
            self.guid,
            timeout_s=timeout_s,
            ask_again_s=ask_again_s,
            then_turn_off=then_turn_off,
        )

    def restart(self, *, timeout_s: float = _RESTART_TIMEOUT_S) -> None:
        """Have the guest shut down and start it again; reset one that does not listen, or go off in time."""
        restart(self._session, self.guid, timeout_s=timeout_s)

    def rename(self, name: str) -> None:
        """Give it another display name; its GUID stays."""
        self.change(MachineChanges(name=name))

    def resize(self, *, vcpus: int | None = None, memory_mb: int | None = None) -> None:
        """Change processors and memory, which becomes static; whatever is None stays."""
        memory = None if memory_mb is None else Memory.static(memory_mb)
        self.change(MachineChanges(vcpus=vcpus, memory=memory))

    def change(self, changes: MachineChanges) -> None:
        """Change single settings, in one call for devices and one for the whole; whatever is None stays.

        :raises ConflictError: the machine's state forbids a change
        """
        change(self._session, self.guid, changes)

    @property
    def boot(self) -> MachineBoot:
        """What it boots from."""
        return MachineBoot(self._session, self.guid)

    def reconfigure(self, spec: MachineSpec) -> list[str]:
        """Make it what a new specification of it says, by sending what differs; returns that, for people.

        Processors, memory, NUMA, firmware, what becomes of it when the host stops, checkpoints, serial ports,
        limits of disks, notes and the boot order become as specified, which includes switching off what is
        not asked for any more. A TPM comes, too, but goes only by :attr:`security`, with what it holds. Disks
        are made larger, new ones are made; ephemeral ones that are not specified any more go. PCI devices,
        GPU partitions and the display of RemoteFX come and go. Network adapters, DVDs and other disks stay as
        they are. May be repeated after anything that ended it.

        :raises ConflictError: the specification is another machine's, or wants a disk smaller; or the
            machine's state forbids a change
        """
        return Reconfiguration(self._session, self._files, self._layout, self.guid, spec).run()

    def start_metering(self) -> None:
        """Meter its processors, memory, disks and traffic from now on."""
        start_metering(self._session, self.guid)

    def stop_metering(self) -> None:
        """Meter it no more, and forget what was counted."""
        stop_metering(self._session, self.guid)

    def metrics(self) -> MachineUse:
        """What it uses, in two queries.

        :raises NotFoundError: it is not metered
        """
        return read_machine_use(self._session, self.guid)

    @property
    def adapters(self) -> MachineAdapters:
        """Its network adapters."""
        return MachineAdapters(self._session, self.guid)

    @property
    def disks(self) -> MachineDisks:
        """Its disks and DVDs."""
        return MachineDisks(self._session, self._files, self._layout, self.guid)

    @property
    def security(self) -> MachineSecurity:
        """Its TPM, encryption, shielding and Secure Boot."""
        return MachineSecurity(self._session, self.guid)

    def disk_files(self) -> list[str]:
        """The files in its drives."""
        return [drive.file for drive in self.disks.list() if drive.file is not None]

    @property
    def checkpoints(self) -> MachineCheckpoints:
        """What it was once, and can be again."""
        return MachineCheckpoints(self._session, self._files, self.guid)

    @property
    def transfer(self) -> MachineTransfer:
        """The way out for it: exporting and cloning."""
        return MachineTransfer(self._session, self._files, self._layout, self.guid)

    def screenshot_png(self, size: tuple[int, int] | None = None) -> bytes:
        """Its screen as a PNG file; without ``size`` as large as the host's envelopes allow."""
        envelope_bytes = self._session.learn_envelope_size()
        width, height = size or screen.largest_size(envelope_bytes)
        return screen.screenshot_png(self._session, self.guid, width, height)

    def type_text(self, text: str) -> None:
        """Type on its keyboard."""
        keyboard.type_text(self._session, self.guid, text)

    def type_key(self, virtual_key: int) -> None:
        """Press and release a key, by its Windows virtual-key code."""
        keyboard.type_key(self._session, self.guid, virtual_key)

    def type_ctrl_alt_del(self) -> None:
        """Press Ctrl, Alt and Del."""
        keyboard.type_ctrl_alt_del(self._session, self.guid)

    @property
    def serial(self) -> MachineSerial:
        """Its serial ports."""
        return MachineSerial(self._session, self._files, self.guid)

    def tidy_copies(self) -> None:
        """Remove what is left of a copy of a disk that was broken off, a checkpoint included.

        The machine itself may be gone by now.

        :raises ConflictError: somebody is making one
        """
        DiskCopy(self._session, self._files, self._layout, self.guid).tidy()

    def delete(self) -> None:
        """Turn it off and delete it with everything it owned."""
        delete_machine(self._session, self._files, self._layout, self.guid)
