"""What is wrong with providers comes out at start-up; what another release has is left out."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.provider import Call, Result, instances_of, links, lookup, method
from openhyperv.emulator.cimom.registry import ProviderError, Registry
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

SCHEMA = Schema.load(Release.WS2025)
V2 = "root/virtualization/v2"


class UnknownClass:
    @instances_of("Msvm_ComputerSytem")
    def all(self) -> Iterable[Instance]:
        return ()


class UnknownMethod:
    @method("Msvm_ComputerSystem", "RequestStatesChange")
    def change(self, call: Call) -> Result:
        return Result(call.path == ObjectPath(""))


class ClassOfTwoNamespaces:
    @instances_of("StdRegProv")
    def all(self) -> Iterable[Instance]:
        return ()


class ClassOfAnotherNamespace:
    @instances_of("Win32_OperatingSystem", namespace="root/wmi")
    def all(self) -> Iterable[Instance]:
        return ()


class SystemsOfTwoNamespaces:
    @instances_of("Msvm_ComputerSystem")
    def own(self) -> Iterable[Instance]:
        return ()

    @instances_of("Msvm_ComputerSystem", namespace="root/HyperVCluster/v2")
    def clustered(self) -> Iterable[Instance]:
        return ()


class LookupAlone:
    @lookup("Msvm_ComputerSystem")
    def one(self, path: ObjectPath) -> Instance | None:
        return Instance("Msvm_ComputerSystem", path=path)


class SecurityOf2016:
    @instances_of("Msvm_SecurityService")
    def all(self) -> Iterable[Instance]:
        return ()

    @method("Msvm_SecurityService", "SetKeyProtector")
    def protect(self, call: Call) -> Result:
        return Result(call.path == ObjectPath(""))


class Everything(SecurityOf2016):
    @links("Msvm_HostedService")
    def hosted(self, end: ObjectPath) -> Iterable[Instance]:
        return [Instance("Msvm_HostedService", {"Antecedent": end})]


@pytest.mark.parametrize(
    ("providers", "complaint"),
    [
        ([UnknownClass()], "Msvm_ComputerSytem is a class of 0 namespaces"),
        ([UnknownMethod()], "Msvm_ComputerSystem has no method RequestStatesChange"),
        ([ClassOfTwoNamespaces()], "StdRegProv is a class of 2 namespaces"),
        ([ClassOfAnotherNamespace()], "Win32_OperatingSystem is a class of 0 namespaces"),
        ([LookupAlone()], "looks up msvm_computersystem without listing it"),
        ([SecurityOf2016(), Everything()], "two providers answer Msvm_SecurityService.SetKeyProtector"),
    ],
)
def test_a_wrong_mark_is_refused_at_start(providers: list[object], complaint: str) -> None:
    with pytest.raises(ProviderError, match=complaint):
        Registry(SCHEMA, providers)


@pytest.mark.parametrize(("release", "answers"), [(Release.WS2012R2, False), (Release.WS2016, True)])
def test_a_release_has_only_its_own_classes(release: Release, answers: bool) -> None:
    registry = Registry(Schema.load(release), [SecurityOf2016()])
    decl = SCHEMA.find(V2, "Msvm_SecurityService")
    assert decl is not None
    assert registry.has_instances(decl) is answers
    assert (registry.method(decl, "SetKeyProtector") is not None) is answers


@pytest.mark.parametrize("without", [(), ("root/hypervcluster/v2",)])
def test_a_class_of_two_namespaces_is_that_of_hyper_v_unless_the_mark_says_otherwise(
    without: tuple[str, ...],
) -> None:
    schema = Schema.load(Release.WS2025, without)
    registry = Registry(schema, [SystemsOfTwoNamespaces()])
    everywhere = [n for n in SCHEMA.namespaces if (decl := schema.find(n, "Msvm_ComputerSystem")) is not None]
    assert all(
        registry.has_instances(decl) for n in everywhere if (decl := schema.find(n, "Msvm_ComputerSystem"))
    )
    assert len(everywhere) == 2 - len(without)


def test_associations_are_told_apart() -> None:
    registry = Registry(SCHEMA, [Everything()])
    assert [decl.name for decl in registry.association_classes(V2)] == ["Msvm_HostedService"]
    assert list(registry.association_classes("root/cimv2")) == []
