"""The guest of one machine: what it says, what it is given, and interrupting it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from openhyperv.cim.session import Session
from openhyperv.errors import error_context
from openhyperv.files.progress import Progress, no_progress
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.guest import copying, items, services
from openhyperv.hyperv.guest.items import Item
from openhyperv.hyperv.guest.report import GuestReport, read_addresses, read_report
from openhyperv.hyperv.guest.services import Service
from openhyperv.hyperv.names import system


class MachineGuest:
    """The system inside a machine, as far as its integration services let the host reach it."""

    def __init__(self, session: Session, files: HostFiles, guid: str) -> None:
        self._session = session
        self._files = files
        self._guid = guid

    def report(self) -> GuestReport:
        """Its heartbeat, system and addresses, in two requests."""
        return read_report(self._session, self._guid)

    def addresses(self) -> tuple[str, ...]:
        """Its addresses, IPv4 before IPv6, in one request; none while it is off or does not tell."""
        return read_addresses(self._session, self._guid)

    def items(self) -> list[Item]:
        """The key-value pairs that the host has set, and while the machine is on those of the guest.

        :raises NotFoundError: there is no such machine
        """
        return items.read_items(self._session, self._guid)

    def set_items(self, wanted: Mapping[str, str]) -> None:
        """Have the guest know these, now if it runs, and otherwise when it starts; others stay.

        :raises InvalidInputError: a name is empty, or a name or its data too long; nothing was sent
        :raises NotFoundError: there is no such machine
        """
        items.set_items(self._session, self._guid, wanted)

    def unset_items(self, names: Iterable[str]) -> None:
        """Have the guest forget what the host has set under these names; nothing happens where it has not.

        :raises NotFoundError: there is no such machine
        """
        items.unset_items(self._session, self._guid, names)

    def services(self) -> Mapping[Service, bool]:
        """Which integration services are switched on, of those that the host has.

        :raises NotFoundError: there is no such machine
        """
        return services.read_services(self._session, self._guid)

    def switch_service(self, service: Service, *, on: bool) -> None:
        """Switch an integration service on or off; the machine may be running."""
        services.switch_service(self._session, self._guid, service, on=on)

    def copy_file(
        self,
        source: Path,
        destination: str,
        *,
        overwrite: bool = False,
        create_folders: bool = False,
        progress: Progress = no_progress,
    ) -> None:
        """Copy a file of this computer to a path in the guest, or into a folder there.

        The file goes by way of the host, where nothing of it stays. A copy that failed may be made again.

        :raises ConflictError: the machine is not running, or its service ``files`` switched off
        :raises JobError: the guest does not answer, has such a file already, or has no such folder
        :raises InvalidInputError: the source cannot be read
        """
        with error_context(
            host=self._session.host, target=self._guid, operation="copy a file into the guest"
        ):
            copying.copy_file(
                self._session,
                self._files,
                self._guid,
                source,
                destination,
                overwrite=overwrite,
                create_folders=create_folders,
                progress=progress,
            )

    def interrupt(self) -> None:
        """Send a non-maskable interrupt: guests that are set up so write a crash dump then.

        :raises ConflictError: the machine is not running
        """
        self._session.run(system(self._guid), "InjectNonMaskableInterrupt", target=self._guid)
