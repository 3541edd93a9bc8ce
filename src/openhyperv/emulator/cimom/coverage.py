"""What of Windows' classes and methods the emulated host answers, and who outside has verified it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from importlib.resources import files

from attrs import field, frozen

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.wire.types import ClassDecl

_SYSTEM_PREFIX = "__"


class Status(StrEnum):
    """How far something is implemented; ``VERIFIED`` includes that it answers."""

    ABSENT = "absent"
    ANSWERS = "answers"
    VERIFIED = "verified"


@frozen
class Coverage:
    """A class or a method with its status and the foreign clients that verified it."""

    name: str
    answers: bool
    verified_by: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """What cannot answer was not verified, whatever was written down."""
        if not self.answers:
            return Status.ABSENT
        return Status.VERIFIED if self.verified_by else Status.ANSWERS


@frozen
class ClassCoverage:
    """A class with its methods, inherited ones included."""

    namespace: str
    itself: Coverage
    methods: tuple[Coverage, ...]


@frozen
class Verified:
    """Clients by class, and by ``Class.Method``."""

    classes: Mapping[str, Sequence[str]] = field(factory=dict)
    methods: Mapping[str, Sequence[str]] = field(factory=dict)


def verified() -> Verified:
    """What ``verified.toml`` says."""
    text = files("openhyperv.emulator.cimom").joinpath("verified.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    return Verified(tables["classes"], tables["methods"])


def coverage(schema: Schema, registry: Registry, proof: Verified) -> Iterator[ClassCoverage]:
    """Every class that can have instances, of every namespace served."""
    for namespace in schema.namespaces:
        for decl in schema.classes(namespace):
            if not decl.is_abstract and not decl.name.startswith(_SYSTEM_PREFIX):
                yield _class_coverage(decl, registry, proof)


def _class_coverage(decl: ClassDecl, registry: Registry, proof: Verified) -> ClassCoverage:
    has_instances = registry.has_instances(decl)
    methods = tuple(
        Coverage(
            method.name,
            registry.method(decl, method.name) is not None and (has_instances or method.is_static),
            tuple(proof.methods.get(f"{decl.name}.{method.name}", ())),
        )
        for method in decl.methods.values()
    )
    answers = has_instances or any(method.answers for method in methods)
    itself = Coverage(decl.name, answers, tuple(proof.classes.get(decl.name, ())))
    return ClassCoverage(decl.namespace, itself, methods)


def about(classes: Iterable[ClassCoverage]) -> dict[str, object]:
    """The coverage as the ``/about`` page shows it: counts first, then every class and method."""
    listed = list(classes)
    methods = [method for each in listed for method in each.methods]
    return {
        "counts": {
            "classes": _counts([each.itself for each in listed]),
            "methods": _counts(methods),
        },
        "classes": [_class_entry(each) for each in listed],
    }


def _counts(parts: Sequence[Coverage]) -> dict[str, int]:
    return {status.value: sum(part.status is status for part in parts) for status in Status}


def _class_entry(each: ClassCoverage) -> dict[str, object]:
    methods = [_entry(method) for method in each.methods]
    return {"namespace": each.namespace, **_entry(each.itself), "methods": methods}


def _entry(part: Coverage) -> dict[str, object]:
    return {"name": part.name, "status": part.status.value, "verified_by": list(part.verified_by)}
