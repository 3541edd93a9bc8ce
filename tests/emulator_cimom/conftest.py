"""An object manager over the small inventory, as a Windows Server 2025 host has it."""

from __future__ import annotations

from threading import RLock

import pytest
from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.wire.instance import Instance

from .inventory import HOST, ManagementService, Settings, Systems, WindowsFacts

V2 = "root/virtualization/v2"


@frozen
class Emulated:
    manager: ObjectManager
    systems: Systems
    service: ManagementService

    def ask(self, text: str, namespace: str = V2) -> list[Instance]:
        return self.manager.query(namespace, self.manager.parse(text, namespace))


@pytest.fixture
def host() -> Emulated:
    schema = Schema.load(Release.WS2025)
    systems, service = Systems(), ManagementService()
    registry = Registry(schema, [systems, Settings(), service, WindowsFacts()])
    return Emulated(ObjectManager(schema, registry, RLock(), HOST, EventBus()), systems, service)
