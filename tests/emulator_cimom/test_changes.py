"""Instances that are to be created or put, and are refused before their provider sees them."""

from __future__ import annotations

from threading import RLock

import pytest

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.registry import ProviderError, Registry
from openhyperv.wire.fault import WbemCode, WsmanCode
from openhyperv.wire.instance import Instance
from tests.cim.targets import KIND, NAMESPACE, Targets, target_path

from .inventory import HOST

SCHEMA = Schema.load(Release.WS2025)
PORTAL = Instance("WT_Portal", {"Address": "::1"}, namespace=NAMESPACE)
MISSPELLED = Instance(KIND, {"HostName": "web", "Descripton": "x"}, namespace=NAMESPACE)


@pytest.fixture
def manager() -> ObjectManager:
    manager = ObjectManager(SCHEMA, Registry(SCHEMA, [Targets()]), RLock(), HOST, EventBus())
    manager.create(NAMESPACE, KIND, Instance(KIND, {"HostName": "web"}, namespace=NAMESPACE))
    return manager


@pytest.mark.parametrize(
    ("instance", "code", "wbem_code"),
    [
        (PORTAL, WsmanCode.SCHEMA_VALIDATION_ERROR, None),
        (MISSPELLED, WsmanCode.WMI_PROVIDER_FAULT, WbemCode.INVALID_PROPERTY),
    ],
)
def test_what_does_not_fit_the_class_is_refused(
    manager: ObjectManager, instance: Instance, code: WsmanCode, wbem_code: WbemCode | None
) -> None:
    for deed in (
        lambda: manager.create(NAMESPACE, KIND, instance),
        lambda: manager.put(target_path("web"), instance),
    ):
        with pytest.raises(CimFault) as caught:
            deed()
        assert (caught.value.fault.code, caught.value.fault.wbem_code) == (code, wbem_code)
    (only,) = manager.enumerate(NAMESPACE, KIND)
    assert only["HostName"] == "web"


def test_two_providers_cannot_create_the_same_class() -> None:
    with pytest.raises(ProviderError, match="two providers answer what creates WT_Host"):
        Registry(SCHEMA, [Targets(), Targets()])
