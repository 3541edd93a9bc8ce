"""Whatever the providers answer fits the schema of the release that they answer for."""

from __future__ import annotations

import pytest

from openhyperv.emulator.cimom.provider import marks_of
from openhyperv.emulator.host.hardware import Gpu, PciDevice
from openhyperv.emulator.host.hardware.hardware import SYSTEM_DISK
from openhyperv.emulator.providers.host_services import host_providers
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, ClassDecl, PropertyDecl, Scalar
from tests.emulator_providers.conftest import Emulate, Emulated

PCI_DEVICE = PciDevice(vendor="10DE", product="13F2", bus=3, is_dismounted=True)
GPU = Gpu(name="Emulated GPU", memory_mb=4096)
PYTHON_TYPES = {CimType.BOOLEAN: bool, CimType.STRING: str, CimType.CHAR16: str}


@pytest.mark.parametrize("release", ["2012R2", "2016", "2019", "2022", "2025"])
def test_every_instance_fits_its_class(emulate: Emulate, release: str) -> None:
    emulated = emulate(release, disks=[SYSTEM_DISK], pci=[PCI_DEVICE], gpus=[GPU])
    seen = 0
    for provider in host_providers(emulated.host):
        for mark, function in marks_of(provider):
            if mark.kind == "instances":
                seen += sum(1 for instance in function() if _check(instance, emulated))
    assert seen > 150


def _check(instance: Instance, emulated: Emulated) -> bool:
    decl = emulated.host.schema.find(instance.namespace, instance.class_name)
    if decl is None:
        return False  # this release lacks the class, and the object manager drops it
    assert instance.path is not None
    assert set(map(str.lower, instance.path.keys)) == set(map(str.lower, decl.keys)), instance.path
    for key, value in instance.path.keys.items():
        assert instance[key] == value, (instance.path, key)
    for name, value in instance.items():
        declared = _declared(decl, name)
        if value is not None:
            assert declared.is_array == isinstance(value, list), (decl.name, name)
            for entry in value if isinstance(value, list) else [value]:
                _check_type(declared, entry)
    return True


def _declared(decl: ClassDecl, name: str) -> PropertyDecl:
    declared = decl.property(name)
    assert declared is not None, (decl.name, name)
    assert declared.name == name, (decl.name, name)
    return declared


def _check_type(declared: PropertyDecl, value: Scalar | None) -> None:
    if declared.type in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[declared.type]
        assert isinstance(value, int), declared
        assert low <= value <= high, declared
    elif declared.type in PYTHON_TYPES:
        assert isinstance(value, PYTHON_TYPES[declared.type]), declared
