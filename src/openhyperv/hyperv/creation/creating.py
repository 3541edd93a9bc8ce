"""Creating a machine: compose everything first, send it in as few calls as the host allows, or undo it all.

The order is that of the dependencies: files, the machine, what brings its own identifier (controllers,
adapters, devices of the host), what hangs on those (drives, media, cables), then what the machine has from
birth (processor, memory, serial ports), in one call since those identifiers are fixed. The last request
orders the boot devices and takes away the mark that says "not finished".

Whatever kills a client on the way, creating the same machine again comes to the same end: a machine that has
the mark goes with its folder, and is made anew; one that has it no more is the machine that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, ProtocolError
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.creation.bringing import BroughtFile, bring, fit_disk
from openhyperv.hyperv.creation.calls import Calls
from openhyperv.hyperv.creation.earlier import Earlier, find_earlier, find_machine
from openhyperv.hyperv.creation.equipping import Equipping
from openhyperv.hyperv.creation.host_parts import host_parts
from openhyperv.hyperv.creation.look import look
from openhyperv.hyperv.creation.notes import unfinished_notes
from openhyperv.hyperv.creation.undoing import Remains
from openhyperv.hyperv.creation.upload import Upload
from openhyperv.hyperv.deleting import destroy, remove_folder
from openhyperv.hyperv.disks.making import make_disk
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.reconfiguring.disk_plan import file_of
from openhyperv.hyperv.reconfiguring.reconfiguration import Reconfiguration
from openhyperv.hyperv.security.securing import check_shielding_data, secure_new_machine
from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.hyperv.whole_settings import new_machine
from openhyperv.machine.drives import Disk, Slot
from openhyperv.machine.spec import MachineSpec
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_ROOTS = ("ConfigurationDataRoot", "SnapshotDataRoot", "SwapFileDataRoot")


class Creation:
    """Creates one machine on one host. Use once."""

    def __init__(
        self,
        session: Session,
        share: HostFiles,
        layout: Layout,
        spec: MachineSpec,
        deadline: Deadline,
        *,
        shares_name: bool = False,
        shielding_data: ShieldingData | None = None,
        uploads: Sequence[Upload] = (),
        brought: Sequence[BroughtFile] = (),
        push: Callable[[Upload], object],
    ) -> None:
        self._session = session
        self._share = share
        self._layout = layout
        self._spec = spec
        self._deadline = deadline
        self._shares_name = shares_name
        self._shielding_data = shielding_data
        self._uploads = uploads
        self._brought = brought
        self._push = push
        self._folder = layout.machine(spec.identity)
        self._calls = Calls(session, deadline, spec.name)
        self._guid: str | None = None

    def run(self) -> str:
        """The GUID of the machine.

        :raises ConflictError: there is another machine of that name, or a finished one of that identity that
            is not as asked; or somebody else is creating it at this moment
        :raises HyperVError: it could not be made; no machine and no file of it is left, or else the error's
            notes say what is
        """
        check_shielding_data(self._spec.security, self._shielding_data)
        with self._alone():
            found = look(self._session, self._spec, self._folder)
            earlier = find_earlier(found.machines, self._spec, self._folder, shares_name=self._shares_name)
            if earlier is not None and not earlier.is_unfinished:
                return self._as_asked(earlier)
            self._clear(earlier)
            return self._create(found.switches, host_parts(self._session, self._spec))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self._layout.lock(self._spec.identity)
        try:
            with self._share.locked(lock):
                yield
        except ConflictError as error:
            if error.target == str(lock):
                error.message = "Somebody else is creating this machine."
                error.target, error.remedy = self._spec.name, "Wait until that is done."
            raise

    def _as_asked(self, earlier: Earlier) -> str:
        """The machine that an earlier run finished, if it is what is asked for now."""
        files, layout = self._share, self._layout
        plan = Reconfiguration(self._session, files, layout, earlier.guid, self._spec).plan()
        if found := sorted({*plan.words(), *plan.missing(self._spec)}):
            raise ConflictError(
                f"There is a machine of that name already, and it differs in {', '.join(found)}.",
                target=self._spec.name,
                remedy="Change that machine, or choose another name.",
            )
        return earlier.guid

    def _clear(self, earlier: Earlier | None) -> None:
        """Remove what an earlier run has left, which nobody can have used yet."""
        if earlier is not None:
            try:
                destroy(self._session, earlier.guid)
            except ConflictError as error:
                error.message = "There is an unfinished machine of that name, and it is not off."
                error.remedy = "Turn it off to have it made anew, or choose another name."
                raise
        if self._share.exists(self._folder):
            remove_folder(self._share, self._folder)

    def _create(self, switches: dict[str, ObjectPath], parts: Sequence[Instance]) -> str:
        try:
            self._share.make_folder(self._folder)
            self._fill_folder()
            files = self._make_disks()
            guid = self._guid = self._calls.target = self._define()
            equipping = Equipping(self._calls, self._spec, guid)
            equipping.add_roots()
            equipping.make_room()
            equipping.add_leaves(files, switches, parts)
            equipping.fit()
            self._secure(guid)
            equipping.finish()
        except BaseException as error:
            Remains(self._session, self._share, self._layout, self._spec, self._guid).remove(error)
            raise
        return guid

    def _fill_folder(self) -> None:
        for upload in self._uploads:
            self._push(upload)
        for brought in self._brought:
            bring(brought, self._share, self._disks("bring files"))

    def _make_disks(self) -> dict[Slot, str]:
        files = {dvd.slot: dvd.path for dvd in self._spec.dvds if dvd.path is not None}
        return files | {disk.slot: self._make_disk(disk) for disk in self._spec.disks}

    def _make_disk(self, disk: Disk) -> str:
        disks, path = self._disks("make disks"), file_of(disk, self._folder)
        for brought in self._brought:
            if str(brought.target) == path:
                return fit_disk(disks, self._share, disk, brought.target)
        return make_disk(disks, disk, self._folder)

    def _disks(self, step: str) -> VirtualDisks:
        """Disk files, for as long as there is time."""
        return VirtualDisks(self._session, self._share, job_timeout_s=self._deadline.check(step))

    def _define(self) -> str:
        roots: dict[str, Value] = dict.fromkeys(_ROOTS, str(self._folder))
        machine = new_machine(self._spec, unfinished_notes(self._spec)).with_values(roots)
        guid = self._calls.define(machine) or find_machine(self._session, self._spec.identity, self._folder)
        if guid is None:
            raise ProtocolError("The host says that it defined the machine, but does not show it.")
        return guid

    def _secure(self, guid: str) -> None:
        """Its TPM and what comes with it, while it has never been started."""
        security = self._spec.security
        if security is not None:
            self._deadline.check("secure the machine")
            data = self._shielding_data
            secure_new_machine(self._session, self._share, self._folder, guid, security, data)
