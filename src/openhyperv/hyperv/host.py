"""One Hyper-V host: the way in to everything on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from types import TracebackType
from typing import Self
from uuid import UUID

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.push import push_file
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.settings import Authentication, ShareSettings
from openhyperv.hyperv.creation.bringing import BroughtFile
from openhyperv.hyperv.creation.creating import Creation
from openhyperv.hyperv.creation.earlier import find_machine
from openhyperv.hyperv.creation.upload import Upload
from openhyperv.hyperv.devices.host_devices import HostDevices
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.facts import HostFacts, read_facts
from openhyperv.hyperv.gpus.host_gpus import HostGpus
from openhyperv.hyperv.images import Images
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.metrics.control import start_metering_port
from openhyperv.hyperv.metrics.reading import read_use
from openhyperv.hyperv.metrics.use import HostUse
from openhyperv.hyperv.names import COMPUTER_SYSTEM, is_guid
from openhyperv.hyperv.numa.reading import HostNuma, read_numa
from openhyperv.hyperv.ports.binding import bind_port, unbind_port
from openhyperv.hyperv.ports.reading import PortReading
from openhyperv.hyperv.security.guardians import Guardians
from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.hyperv.statistics import (
    HostHardware,
    HostSpace,
    HostStatistics,
    read_hardware,
    read_space,
    read_statistics,
)
from openhyperv.hyperv.summary import MachineListing, MachineSummary, list_machines, summarize_all
from openhyperv.hyperv.switches.host_switches import HostSwitches
from openhyperv.hyperv.traits import read_traits
from openhyperv.hyperv.transfer.imports import Imports
from openhyperv.hyperv.values import text
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.port import PortSpec
from openhyperv.machine.spec import MachineSpec
from openhyperv.machine.trait import Trait
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.pool import Pool, Trace
from openhyperv.transport.target import AuthenticationMethod, Target
from openhyperv.wire.wql import equal, select

_CREATE_TIMEOUT_S = 600.0
_SMB_METHODS = {
    AuthenticationMethod.KERBEROS: Authentication.KERBEROS,
    AuthenticationMethod.NTLM: Authentication.NTLM,
}


def share_settings_of(target: Target) -> ShareSettings:
    """How to reach the files of a target. SMB knows no Basic: the account then proves itself by Negotiate."""
    return ShareSettings(
        server=target.host,
        port=target.smb_port,
        username=target.username,
        password=target.password,
        authentication=_SMB_METHODS.get(target.authentication, Authentication.NEGOTIATE),
    )


class Host:
    """A host over its two protocols: WS-Management for Hyper-V, SMB for files and serial ports.

    Nothing is connected before it is needed. Thread-safe.
    """

    def __init__(self, session: Session, files: HostFiles, layout: Layout | None = None) -> None:
        self.session = session
        self.share = files
        self.layout = layout or Layout()

    @classmethod
    def connect(
        cls,
        target: Target,
        layout: Layout | None = None,
        *,
        connections: int = 4,
        trace: Trace | None = None,
    ) -> Self:
        """The host of a target; SMB uses the same account. ``trace`` hears every envelope.

        No more than ``connections`` requests are under way at a time, those that wait for events included.
        """
        session = Session(Pool(target, size=connections, trace=trace))
        return cls(session, HostFiles(share_settings_of(target)), layout)

    @property
    def images(self) -> Images:
        """The images that machines can be made from."""
        return Images(self.share, self.layout.images)

    @property
    def imports(self) -> Imports:
        """The way in for machines that were exported."""
        return Imports(self.session, self.share, self.layout)

    def facts(self) -> HostFacts:
        """What the host is, read now."""
        return read_facts(self.session)

    def traits(self, needed: Collection[Trait], identity: UUID | None = None) -> HostTraits:
        """What the host has beyond its version, as far as it is needed; see :func:`read_traits`.

        PCI devices that the machine of that identity has already count as free for it, and come first: what
        is designed again comes out the same.
        """
        machine = None
        if identity is not None and Trait.PCI_DEVICES in needed:
            machine = find_machine(self.session, identity, self.layout.machine(identity))
        return read_traits(self.session, needed, machine)

    @property
    def disks(self) -> VirtualDisks:
        """The host's disk files."""
        return VirtualDisks(self.session, self.share)

    @property
    def guardians(self) -> Guardians:
        """Who owns the keys that machines' TPMs are sealed with."""
        return Guardians(self.session, self.share, self.layout)

    @property
    def devices(self) -> HostDevices:
        """The host's PCI devices, for machines to have."""
        return HostDevices(self.session)

    @property
    def gpus(self) -> HostGpus:
        """The host's GPUs that machines share."""
        return HostGpus(self.session)

    def push(self, upload: Upload) -> None:
        """Send a file of this machine to the host.

        :raises ConflictError: there is such a file already
        :raises QuotaError: the host's disk is full; nothing is left
        """
        push_file(self.share, upload.source, upload.target)

    def machines(self) -> Iterator[MachineListing]:
        """Every machine, in one enumeration."""
        return list_machines(self.session)

    def summaries(self) -> tuple[MachineSummary, ...]:
        """What there is to say of every machine, in one request."""
        return summarize_all(self.session)

    def machine(self, name_or_guid: str) -> VirtualMachine:
        """A machine by GUID, which is taken at its word, or by display name, which is looked up.

        :raises NotFoundError: no machine has that name
        :raises ConflictError: several have; ask by GUID
        """
        if is_guid(name_or_guid):
            return self._machine(name_or_guid)
        query = select(COMPUTER_SYSTEM, "Name").where(equal("ElementName", name_or_guid))
        guids = [text(row, "Name") for row in self.session.query(query) if is_guid(text(row, "Name"))]
        if not guids:
            raise NotFoundError("There is no such machine.", host=self.session.host, target=name_or_guid)
        if len(guids) > 1:
            raise ConflictError(
                f"Several machines have that name: {', '.join(sorted(guids))}.",
                host=self.session.host,
                target=name_or_guid,
                remedy="Name the machine by its GUID.",
            )
        return self._machine(guids[0])

    def _machine(self, guid: str) -> VirtualMachine:
        return VirtualMachine(self.session, self.share, self.layout, guid)

    def create(
        self,
        spec: MachineSpec,
        *,
        shares_name: bool = False,
        shielding_data: ShieldingData | None = None,
        uploads: Sequence[Upload] = (),
        brought: Sequence[BroughtFile] = (),
        timeout_s: float = _CREATE_TIMEOUT_S,
    ) -> VirtualMachine:
        """Create the machine that a specification describes; it is off.

        May be repeated after anything that ended it, the process killed included: the same identity gives
        the same machine, once. ``shares_name`` allows another machine of that name. ``shielding_data`` are
        what the specification's security refers to, if it does; ``uploads`` are files of this machine, and
        ``brought`` files of another host, that come into the new one's folder before it is defined. A disk
        whose file is brought is that file, grown to its size.
        Undoing a create that failed may take up to :data:`openhyperv.hyperv.creation.undoing.PATIENCE_S`
        longer.

        :raises ConflictError: there is a machine of that name, or one of that identity which is not as asked;
            or another client is creating this one now
        :raises HyperVError: it could not be created; nothing of it is left, or else the error's notes say
            what may be
        """
        deadline = Deadline.after(timeout_s)
        creation = Creation(
            self.session,
            self.share,
            self.layout,
            spec,
            deadline,
            shares_name=shares_name,
            shielding_data=shielding_data,
            uploads=uploads,
            brought=brought,
            push=self.push,
        )
        return self._machine(creation.run())

    @property
    def switches(self) -> HostSwitches:
        """The host's virtual switches."""
        return HostSwitches(self.session)

    def ports(self) -> PortReading:
        """Every adapter, port and switch as it is now, in one query: for binding many ports."""
        return PortReading.read(self.session)

    def bind_port(self, adapter: str, port: PortSpec, reading: PortReading | None = None) -> None:
        """Connect a network adapter to a switch, isolated and filtered before any of its traffic passes.

        The adapter is named by its display name, or by its key (the InstanceID of its settings), and may
        belong to a running machine. What is as it should be is not sent again; rules change one by one while
        the port is in use, without more passing meanwhile than before or afterwards. A port that has to
        change its VLAN together with its rules, or its switch, is off the network meanwhile, and stays off
        if something fails.

        ``reading`` is what :meth:`ports` said a moment ago: the port is not looked at again. Where that is
        not true any more the call fails, or leaves what has changed since.

        :raises BrokenRuleError: no port can be like that; nothing was sent
        :raises NotFoundError: there is no such adapter or switch
        :raises ConflictError: several have that name
        """
        bind_port(self.session, adapter, port, reading)

    def unbind_port(self, adapter: str) -> None:
        """Disconnect a network adapter and forget its VLAN and rules; nothing happens if it is so already.

        :raises NotFoundError: there is no such adapter
        :raises ConflictError: several have that name
        """
        unbind_port(self.session, adapter)

    def meter_port(self, adapter: str, reading: PortReading | None = None) -> None:
        """Count the traffic of a network adapter from now on, as :meth:`metrics` tells it.

        The rest of its machine is metered as well. With a ``reading`` as for :meth:`bind_port`, nothing is
        sent for what is metered already.

        :raises NotFoundError: there is no such adapter, or it is connected to nothing
        :raises ConflictError: several have that name
        """
        start_metering_port(self.session, adapter, reading)

    def metrics(self) -> HostUse:
        """What every metered machine uses, in three queries."""
        return read_use(self.session)

    def statistics(self) -> HostStatistics:
        """What the host has and how much of it is free, in six queries."""
        return read_statistics(self.session)

    def hardware(self) -> HostHardware:
        """The part of the statistics that stays while the host runs, in three queries."""
        return read_hardware(self.session)

    def space(self) -> HostSpace:
        """The part that changes, in two queries: memory and drives."""
        return read_space(self.session)

    def numa(self) -> HostNuma:
        """The host's NUMA nodes with the machines on them, in eight queries."""
        return read_numa(self.session)

    def close(self) -> None:
        """End all connections."""
        self.session.close()
        self.share.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
