"""Whatever the host lists is found again: under its path, with its class' keys, and with ends that exist."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.wire.enumeration import Polymorphism
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import disk, make_disk
from tests.emulator_host.test_network import _adapter, _switch


@pytest.fixture(params=["2012R2", "2016", "2025"], scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Emulated]:
    """A host with a metered machine that runs, with a disk and an adapter."""
    emulated = emulate(tmp_path_factory.mktemp("host"), request.param)
    _furnish(emulated)
    yield emulated
    emulated.host.close()


def _furnish(emulated: Emulated) -> None:
    system = emulated.define(resources=_adapter(emulated, _switch(emulated)))
    make_disk(emulated, r"C:\a.vhdx")
    settings = emulated.settings_of(system).path
    texts = disk(emulated, r"C:\a.vhdx")
    emulated.call("AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=texts)
    emulated.request(system, 2)
    emulated.call_of("Msvm_MetricService", "ControlMetrics", Subject=system, MetricCollectionEnabled=2)


def _listed(emulated: Emulated) -> Iterator[tuple[ClassDecl, Instance]]:
    schema = emulated.host.schema
    for namespace in schema.namespaces:
        for decl in schema.classes(namespace):
            for instance in _instances(emulated, decl):
                yield decl, instance


def _instances(emulated: Emulated, decl: ClassDecl) -> list[Instance]:
    try:
        return emulated.manager.enumerate(decl.namespace, decl.name, Polymorphism.NONE)
    except CimFault:
        return []  # nothing answers for the class, and says so


def _differences(emulated: Emulated, decl: ClassDecl, instance: Instance) -> Iterator[str]:
    path = instance.path
    assert path is not None
    if {key.lower() for key in path.keys} != {key.lower() for key in decl.keys}:
        yield f"{decl.name} has the keys {', '.join(path.keys)}"
        return
    found = emulated.get(path)
    if (found.class_name, found.path, set(found)) != (decl.name, path, set(instance)):
        yield f"{path} is {found.path} with {', '.join(set(found) ^ set(instance))} when it is got"


def _lost_ends(emulated: Emulated, instance: Instance) -> Iterator[str]:
    for name, end in instance.items():
        if isinstance(end, ObjectPath):
            try:
                emulated.get(end)
            except CimFault as fault:
                yield f"{instance.class_name}.{name}: {fault}"


def test_everything_is_found_again(emulated: Emulated) -> None:
    listed = list(_listed(emulated))
    wrong = [text for decl, instance in listed for text in _differences(emulated, decl, instance)]
    lost = [text for decl, each in listed if decl.is_association for text in _lost_ends(emulated, each)]
    assert sorted({*wrong, *lost}) == []
    assert len(listed) > 500


def test_no_two_have_the_same_path(emulated: Emulated) -> None:
    paths = [instance.path for _, instance in _listed(emulated)]
    assert len(paths) == len(set(paths))
