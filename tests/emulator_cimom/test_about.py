"""What /about says: every class and method, as absent, answering or verified."""

from __future__ import annotations

import json

from openhyperv.cim.release import Release
from openhyperv.cim.schema import Schema
from openhyperv.emulator.about import about, verified
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.host.profile import ROLE_NAMESPACES

from .inventory import SERVICE, ManagementService, Settings, Systems

SCHEMA = Schema.load(Release.WS2025, without=ROLE_NAMESPACES)
REGISTRY = Registry(SCHEMA, [Systems(), Settings(), ManagementService()])
PROOF = {
    "Msvm_ComputerSystem": ["pypsrp"],
    "Msvm_Battery": ["pypsrp"],
    f"{SERVICE}.DestroySystem": ["pypsrp", "libvirt"],
}


def page() -> dict[str, dict[str, object]]:
    shown = json.loads(json.dumps(about(REGISTRY, PROOF)))
    return {entry["name"]: entry for entry in shown["classes"]}


def methods_of(entry: dict[str, object]) -> dict[str, tuple[str, list[str]]]:
    return {method["name"]: (method["status"], method["verified_by"]) for method in entry["methods"]}  # type: ignore[attr-defined]


def test_every_class_says_what_it_is() -> None:
    classes = page()
    assert {name: classes[name]["status"] for name in ("Msvm_ComputerSystem", SERVICE, "Msvm_Battery")} == {
        "Msvm_ComputerSystem": "verified",
        SERVICE: "answers",
        "Msvm_Battery": "absent",
    }
    assert classes["Msvm_ComputerSystem"]["verified_by"] == ["pypsrp"]


def test_every_method_says_what_it_is() -> None:
    methods = methods_of(page()[SERVICE])
    assert methods["DestroySystem"] == ("verified", ["pypsrp", "libvirt"])
    assert methods["GetSummaryInformation"] == ("answers", [])
    assert methods["DefineSystem"] == ("absent", [])


def test_a_method_without_objects_to_call_it_on_is_absent() -> None:
    methods = methods_of(page()["Msvm_PlannedComputerSystem"])
    assert methods["RequestStateChange"] == ("absent", [])


def test_classes_that_cannot_have_instances_are_not_counted() -> None:
    classes = page()
    assert "CIM_ManagedElement" not in classes
    assert not [name for name in classes if name.startswith("__")]


def test_the_counts_add_up() -> None:
    shown = json.loads(json.dumps(about(REGISTRY, PROOF)))
    assert sum(shown["counts"]["classes"].values()) == len(shown["classes"])
    assert shown["counts"]["classes"]["verified"] == 1
    assert shown["counts"]["methods"]["verified"] == 1


def test_what_is_written_down_as_verified_exists() -> None:
    schema = Schema.load()
    decls = {decl.name: decl for namespace in schema.namespaces for decl in schema.classes(namespace)}
    for name in verified():
        class_name, _, method = name.partition(".")
        assert not method or decls[class_name].method(method) is not None, name
        assert class_name in decls
