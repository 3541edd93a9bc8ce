"""What of Windows the emulated host answers, class by class, and which clients from outside proved it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files

from attrs import frozen

from openhyperv.emulator.cimom.registry import Registry
from openhyperv.wire.types import ClassDecl, MethodDecl

Proof = Mapping[str, Sequence[str]]
"""Foreign clients by ``Class`` and by ``Class.Method``."""

_SYSTEM_PREFIX = "__"


class Status(StrEnum):
    """How far something is implemented; what is verified also answers."""

    ABSENT = "absent"
    ANSWERS = "answers"
    VERIFIED = "verified"


@frozen
class Coverage:
    """A class or a method: whether it answers, and the foreign clients that verified it."""

    name: str
    answers: bool
    verified_by: tuple[str, ...]

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


@cache
def verified() -> Proof:
    """What ``verified.toml`` says."""
    return tomllib.loads(files("openhyperv.emulator").joinpath("verified.toml").read_text("utf-8"))


def coverage(registry: Registry, proof: Proof) -> Iterator[ClassCoverage]:
    """Every class that can have instances, of every namespace served."""
    for namespace in registry.schema.namespaces:
        for decl in registry.schema.classes(namespace):
            if not decl.is_abstract and not decl.name.startswith(_SYSTEM_PREFIX):
                yield _class_coverage(decl, registry, proof)


def _class_coverage(decl: ClassDecl, registry: Registry, proof: Proof) -> ClassCoverage:
    methods = tuple(_method_coverage(method, decl, registry, proof) for method in decl.methods.values())
    answers = registry.has_instances(decl) or any(method.answers for method in methods)
    itself = Coverage(decl.name, answers, tuple(proof.get(decl.name, ())))
    return ClassCoverage(decl.namespace, itself, methods)


def _method_coverage(method: MethodDecl, decl: ClassDecl, registry: Registry, proof: Proof) -> Coverage:
    """A method answers if something implements it, and if there are objects to call it on."""
    is_callable = method.is_static or registry.has_instances(decl)
    answers = is_callable and registry.method(decl, method.name) is not None
    return Coverage(method.name, answers, tuple(proof.get(f"{decl.name}.{method.name}", ())))


def about(registry: Registry, proof: Proof | None = None) -> Mapping[str, object]:
    """The ``/about`` page: the release, counts, then every class with its methods.

    ``proof`` is what ``verified.toml`` says unless another is given.
    """
    listed = list(coverage(registry, verified() if proof is None else proof))
    return {
        "release": registry.schema.release.label if registry.schema.release else "",
        "counts": {
            "classes": _counts([each.itself for each in listed]),
            "methods": _counts([method for each in listed for method in each.methods]),
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
