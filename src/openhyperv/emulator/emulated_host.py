"""A whole emulated host: files, guests, object model, service and listener, started and stopped as one."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from attrs import field, frozen
from attrs.converters import optional

from openhyperv.emulator.about import about
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.host.hardware import Hardware, default_hardware
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.answers import JobAnswers
from openhyperv.emulator.host.jobs.running import Job, JobFailure, Work
from openhyperv.emulator.host.opening import open_host, start_automatically
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.switches.uplinks import Surroundings
from openhyperv.emulator.host_session import HostSession, Windows
from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.http.certificates import ensure_tls_files
from openhyperv.emulator.http.listener import Listener
from openhyperv.emulator.http.tls import TlsFiles
from openhyperv.emulator.inventory import add_machines
from openhyperv.emulator.providers.host_services import host_providers
from openhyperv.emulator.providers.virtual_machines import virtual_machine_providers
from openhyperv.emulator.rules.actions import (
    Action,
    AnswersByJob,
    DiskFull,
    JobFails,
    JobHangs,
    SmbDisconnect,
)
from openhyperv.emulator.rules.matching import Rules
from openhyperv.emulator.smb.configuration import SmbAccount
from openhyperv.emulator.smb.pipes import PipeDirectory
from openhyperv.emulator.smb.samba import Samba
from openhyperv.emulator.virtualization import QemuVirtualization, Virtualization, own_networks
from openhyperv.emulator.wsman.access import Access
from openhyperv.emulator.wsman.backend import Backend
from openhyperv.emulator.wsman.contexts import Contexts
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.emulator.wsman.service import WsmanService
from openhyperv.wire.identity import Identity

_FULL_DISK_BYTES = 64 * 1024
"""How large a file may still become while a rule has the disk full."""


class Guests(StrEnum):
    """What runs when a VM is started."""

    NONE = "none"
    QEMU = "qemu"


def _whole(path: Path) -> Path:
    return path.absolute()


@frozen(kw_only=True)
class HostOptions:
    """What one emulated host is to be. ``data`` keeps everything over restarts.

    ``networks`` is a folder of physical networks that this host shares with others; its path has to be short.

    Folders may be given relative to the present one: programs that run elsewhere are told whole paths.
    """

    name: str
    data: Path = field(converter=_whole)
    account: Account
    version: str = "2025"
    address: str = "127.0.0.1"
    port: int = 0
    guests: Guests = Guests.NONE
    machines: int = 0
    has_files: bool = True
    is_tls: bool = False
    allow_basic: bool = False
    allow_unencrypted: bool = False
    keytab: Path | None = None
    limits: ServiceLimits = field(factory=ServiceLimits)
    hardware: Hardware = field()
    cache: Path = field(converter=_whole)
    networks: Path | None = field(default=None, converter=optional(_whole))

    @hardware.default
    def _small_server(self) -> Hardware:
        return default_hardware(self.name)

    @cache.default
    def _cache_in_data(self) -> Path:
        return self.data / "cache"


class EmulatedHost:
    """Runs from :meth:`start` to :meth:`stop`; a context manager does both."""

    def __init__(self, options: HostOptions, rules: Rules | None = None) -> None:
        self.options = options
        self.rules = rules or Rules()
        self._resources = ExitStack()
        self._started_s = monotonic()
        self._samba: Samba | None = None
        self._port = options.port

    def start(self) -> Self:
        """Start everything; clients are answered when it returns.

        :raises OSError: an address or folder cannot be used
        """
        with ExitStack() as resources:
            boot = partial(self._boot, self._start_files(resources))
            self._power = resources.enter_context(HostSession(boot))
            add_machines(self.manager, self.host, self.options.machines)
            self._resources = resources.pop_all()
        return self

    def _boot(self, qemu: QemuVirtualization | None) -> Windows:
        """Start what a reboot starts anew: all but the files; the port stays the same."""
        with ExitStack() as resources:
            host = self._open(resources, qemu.start(resources) if qemu else Virtualization.of_states())
            service = self._make_service(host)
            self.listener = resources.enter_context(self._listener(service))
            self._port = self.listener.port
            resources.callback(service.close)
            start_automatically(host)
            return Windows(host, resources.pop_all())

    def _start_files(self, resources: ExitStack) -> QemuVirtualization | None:
        """Serve the drive C: and named pipes, if they are wanted; find what guests that run need."""
        options = self.options
        if not options.has_files:
            return None
        account = SmbAccount(options.account.name, options.account.password)
        port = 0 if self._samba is None else self._samba.port
        samba = Samba(options.data / "samba", options.data / "C", account, host_name=options.name, port=port)
        self._samba = resources.enter_context(samba)
        pipes = PipeDirectory(samba.pipe_directory)
        resources.callback(pipes.close)
        if options.guests is Guests.NONE:
            return None
        networks = options.networks or own_networks(resources, options.data)
        surroundings = Surroundings(options.name.upper(), options.hardware)
        return QemuVirtualization(options.cache, pipes, self._resolve, networks, surroundings)

    def _resolve(self, windows_path: str) -> Path:
        return self.host.files.local(windows_path)

    def _open(self, resources: ExitStack, virtual: Virtualization) -> Host:
        options = self.options
        profile = Profile.named(options.version)
        self.host = open_host(
            options.name, profile, options.data, virtual.runner, options.hardware, virtual.wiring
        )
        resources.callback(self.host.close)
        return self.host

    def _make_service(self, host: Host) -> WsmanService:
        providers = [*host_providers(host), *virtual_machine_providers(host)]
        self.registry = Registry(host.schema, providers)
        self._job_answers = JobAnswers(host)
        self.manager = ObjectManager(
            host.schema, self.registry, host.lock, host.name, host.events, self._job_answers
        )
        limits = self.options.limits
        self.contexts = Contexts(limits)
        access = self._access()
        backend = Backend(self.manager, host.schema, limits, self.contexts, access)
        version = f"OS: {host.profile.kernel_version} SP: 0.0 Stack: 3.0"
        identity = Identity("Microsoft Corporation", version, backend.access.security_profiles)
        self.service = WsmanService(backend, identity, host.name, self.rules, self._meddling)
        return self.service

    def _access(self) -> Access:
        options = self.options
        return Access(
            is_tls=options.is_tls,
            allow_unencrypted=options.allow_unencrypted,
            has_basic=options.allow_basic and (options.is_tls or options.allow_unencrypted),
            has_kerberos=options.keytab is not None,
        )

    def _listener(self, service: WsmanService) -> Listener:
        options = self.options
        return Listener(
            service=service,
            accounts=[options.account],
            address=options.address,
            port=self._port,
            tls=self.tls_files() if options.is_tls else None,
            allow_basic=options.allow_basic,
            allow_unencrypted=options.allow_unencrypted,
            keytab=options.keytab,
            rules=self.rules,
            about=lambda: about(self.registry),
            variables=self._variables,
        )

    def tls_files(self) -> TlsFiles:
        """The host's certificate, made when first asked for."""
        return ensure_tls_files(self.options.data / "tls", ["localhost", self.options.address])

    @contextmanager
    def _meddling(self, action: Action) -> Iterator[None]:
        """Make a rule about jobs, disk or SMB hold while one request is executed."""
        match action:
            case JobFails(code=code, text=text):
                with self.host.jobs.meddling(_failing(code, text)):
                    yield
            case JobHangs():
                with self.host.jobs.meddling(_hang):
                    yield
            case AnswersByJob(takes_s=takes_s):
                with self._job_answers.by_job(takes_s):
                    yield
            case DiskFull() if self._samba is not None:
                self._samba.limit_file_size(_FULL_DISK_BYTES)
                yield
            case SmbDisconnect() if self._samba is not None:
                self._samba.cut_connections()
                yield
            case _:
                yield

    def _variables(self) -> Mapping[str, object]:
        enumerations, subscriptions = self.contexts.counts()
        asked = {f"{name} {kind}".strip(): count for (name, kind), count in self.service.counts().items()}
        return {
            "uptime_s": round(monotonic() - self._started_s, 3),
            "requests": dict(sorted(asked.items())),
            "open_enumerations": enumerations,
            "open_subscriptions": subscriptions,
            "machines": len(list(self.host.systems)),
            "memory_peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "process_id": os.getpid(),
        }

    def environment(self) -> dict[str, str]:
        """The ``OPENHYPERV_*`` variables with which a client reaches this host."""
        options = self.options
        variables = {
            "OPENHYPERV_HOST": "localhost" if options.is_tls else options.address,
            "OPENHYPERV_PORT": str(self.listener.port),
            "OPENHYPERV_TRANSPORT": "https" if options.is_tls else "http",
            "OPENHYPERV_USERNAME": options.account.name,
            "OPENHYPERV_PASSWORD": options.account.password,
        }
        if options.is_tls:
            variables["OPENHYPERV_CA_FILE"] = str(self.tls_files().ca)
        if self._samba is not None:
            variables["OPENHYPERV_SMB_PORT"] = str(self._samba.port)
        return variables

    def stop(self) -> None:
        """End everything: guests, jobs, files, connections. Nothing is left running."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _failing(code: int, text: str) -> Work:
    def fail(_job: Job) -> None:
        raise JobFailure(code, text)

    return fail


def _hang(job: Job) -> None:
    job.wait(None)
