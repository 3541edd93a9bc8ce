"""What this emulator implements, told from its own tables: each class and method, absent or answering."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from openhyperv.emulator.cimom.registry import Registry
from openhyperv.wire.types import ClassDecl

NAMESPACES = ("root/virtualization/v2", "root/cimv2")
_ANSWERS, _ABSENT = "answers", "absent"


@cache
def _verified() -> Mapping[str, list[str]]:
    """Which foreign clients have verified a class, or ``Class.Method``; kept beside this file by hand."""
    return tomllib.loads(files("openhyperv.emulator").joinpath("verified.toml").read_text("utf-8"))


def about(registry: Registry) -> Mapping[str, object]:
    """``counts``, and for each namespace its classes with their methods."""
    namespaces = {name: _namespace(registry, name) for name in NAMESPACES}
    classes = [entry for entries in namespaces.values() for entry in entries.values()]
    methods = [method for entry in classes for method in entry["methods"].values()]  # type: ignore[attr-defined]
    return {
        "release": registry.schema.release.label if registry.schema.release else "",
        "counts": {"classes": _count(classes), "methods": _count(methods)},
        "namespaces": namespaces,
    }


def _count(entries: Sequence[Mapping[str, object]]) -> Mapping[str, int]:
    answering = sum(entry["state"] == _ANSWERS for entry in entries)
    verified = sum(bool(entry["verified_by"]) for entry in entries)
    return {"known": len(entries), "answering": answering, "verified_by_strangers": verified}


def _namespace(registry: Registry, namespace: str) -> dict[str, dict[str, object]]:
    concrete = (decl for decl in registry.schema.classes(namespace) if not decl.is_abstract)
    return {decl.name: _class(registry, decl) for decl in concrete if not decl.name.startswith("__")}


def _class(registry: Registry, decl: ClassDecl) -> dict[str, object]:
    methods = {
        method.name: _entry(f"{decl.name}.{method.name}", registry.method(decl, method.name) is not None)
        for method in decl.methods.values()
    }
    return {**_entry(decl.name, registry.has_instances(decl)), "methods": methods}


def _entry(name: str, is_answered: bool) -> dict[str, object]:  # private, one call form
    state = _ANSWERS if is_answered else _ABSENT
    return {"state": state, "verified_by": _verified().get(name, [])}
