"""From the records of the schema's data files to declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from openhyperv.wire.types import CimType, ClassDecl, MethodDecl, ParameterDecl, PropertyDecl

Record = dict[str, Any]
"""What a data file holds of a class, property, method or parameter."""


def declare(
    namespace: str,
    name: str,
    record: Record,
    parent: ClassDecl | None,
    has: Callable[[str | None], bool],
) -> ClassDecl:
    """The class of a record with what it inherits, without the members whose ``since`` it has not."""
    keys = tuple(record.get("keys", ())) or (parent.keys if parent else ())
    properties = dict(parent.properties) if parent else {}
    for spelled, prop in record["props"].items():
        if has(prop.get("since")):
            properties[spelled.lower()] = _property(spelled, prop, name, properties.get(spelled.lower()))
    methods = dict(parent.methods) if parent else {}
    for spelled, method in record.get("methods", {}).items():
        inherited_is_better = method.get("signature_unknown") and spelled.lower() in methods
        if has(method.get("since")) and not inherited_is_better:
            methods[spelled.lower()] = _method(spelled, method)
    ancestry = (name, *parent.ancestry) if parent else (name,)
    return ClassDecl(
        name=name,
        namespace=namespace,
        ancestry=ancestry,
        properties={p: _keyed(decl, keys) for p, decl in sorted(properties.items())},
        methods=methods,
        keys=keys,
        is_abstract=record.get("abstract", False),
        is_association=record.get("association", parent.is_association if parent else False),
        is_indication=record.get("indication", parent.is_indication if parent else False),
        is_singleton=record.get("singleton", False),
        lower_ancestry=frozenset(a.lower() for a in ancestry),
    )


def _keyed(decl: PropertyDecl, keys: tuple[str, ...]) -> PropertyDecl:
    is_key = decl.name in keys
    return decl if decl.is_key == is_key else evolve(decl, is_key=is_key)


def _property(name: str, record: Record, declared_in: str, inherited: PropertyDecl | None) -> PropertyDecl:
    if not record.get("override"):
        inherited = None
    return PropertyDecl(
        name=inherited.name if inherited else name,
        # an override keeps the type (DSP0004), though some of Microsoft's pages show another
        type=inherited.type if inherited else CimType(record.get("type", "string")),
        is_array=inherited.is_array if inherited else record.get("array", False),
        is_writable=record.get("rw", inherited.is_writable if inherited else False),
        declared_in=inherited.declared_in if inherited else declared_in,
        default=record.get("default", inherited.default if inherited else None),
        values=record.get("values", inherited.values if inherited else {}),
        embedded_class=record.get("emb", inherited.embedded_class if inherited else None),
        reference_class=record.get("ref", inherited.reference_class if inherited else None),
    )


def _method(name: str, record: Record) -> MethodDecl:
    returns = record.get("returns")
    return MethodDecl(
        name=name,
        parameters=tuple(_parameter(parameter) for parameter in record["params"]),
        returns=CimType(returns) if returns else None,
        is_static=record.get("static", False),
        codes={int(code): meaning for code, meaning in record.get("codes", {}).items() if code.isdigit()},
    )


def _parameter(record: Record) -> ParameterDecl:
    direction = record.get("dir", "in")
    return ParameterDecl(
        name=record["name"],
        type=CimType(record["type"]),
        is_array=record.get("array", False),
        is_in="in" in direction,
        is_out="out" in direction,
        is_optional=record.get("optional", False),
        embedded_class=record.get("emb"),
        reference_class=record.get("ref"),
    )
