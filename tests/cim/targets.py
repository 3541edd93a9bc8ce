"""A host whose instances clients may create, change and delete: an iSCSI target server's targets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from threading import RLock

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.cim.session import Session
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.provider import creates, deletes, instances_of, modifies
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.http.listener import Listener
from openhyperv.emulator.rules.matching import Rules
from openhyperv.emulator.wsman.backend import Backend
from openhyperv.emulator.wsman.contexts import Contexts
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.emulator.wsman.service import WsmanService
from openhyperv.transport.target import Target
from openhyperv.wire.identity import Identity
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulated import ACCOUNT

NAMESPACE = "root/wmi"
KIND = "WT_Host"


def target_path(name: str) -> ObjectPath:
    return ObjectPath(KIND, {"HostName": name}, NAMESPACE)


class Targets:
    """iSCSI targets by name, as an iSCSI Software Target has them in ``WT_Host``."""

    def __init__(self) -> None:
        self.by_name: dict[str, Instance] = {}

    @instances_of(KIND, namespace=NAMESPACE)
    def all(self) -> list[Instance]:
        return list(self.by_name.values())

    @creates(KIND, namespace=NAMESPACE)
    def create(self, instance: Instance) -> ObjectPath:
        path = target_path(str(instance["HostName"]))
        values = {"Status": 0, **instance}
        self.by_name[str(instance["HostName"])] = Instance(KIND, values, namespace=NAMESPACE, path=path)
        return path

    @modifies(KIND, namespace=NAMESPACE)
    def modify(self, path: ObjectPath, changes: Instance) -> Instance:
        name = str(path.key("HostName"))
        self.by_name[name] = self.by_name[name].with_values(changes)
        return self.by_name[name]

    @deletes(KIND, namespace=NAMESPACE)
    def delete(self, path: ObjectPath) -> None:
        del self.by_name[str(path.key("HostName"))]


@contextmanager
def target_server() -> Iterator[Session]:
    """A session with a host that has targets and nothing else."""
    schema, events, limits = Schema.load(Release.WS2025), EventBus(), ServiceLimits()
    manager = ObjectManager(schema, Registry(schema, [Targets()]), RLock(), "HV1", events)
    backend = Backend(manager, schema, limits, Contexts(limits))
    service = WsmanService(backend, Identity("", "", ()), "HV1", Rules(), lambda _: nullcontext())
    with Listener(service=service, accounts=[ACCOUNT]) as listener, closing(service):
        target = Target("127.0.0.1", port=listener.port, username=ACCOUNT.name, password=ACCOUNT.password)
        with Session.open(target) as session:
            yield session
