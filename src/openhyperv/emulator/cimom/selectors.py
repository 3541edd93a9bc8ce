"""The keys by which a client names an object, held against the schema (MS-WSMV 2.2.4.5, 3.1.4.1)."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.emulator.cimom.faults import invalid_query, selector_type_mismatch, unexpected_selectors
from openhyperv.errors import InvalidInputError
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath, parse_path
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, ClassDecl, PropertyDecl
from openhyperv.wire.wql import And, Condition, equal

_CREATION_CLASS = "CreationClassName"
_NOT_FILTERABLE = (CimType.REFERENCE, CimType.DATETIME, CimType.OBJECT)


def checked_keys(path: ObjectPath, decl: ClassDecl) -> dict[str, KeyValue]:
    """The keys of a path as the class spells and types them.

    :raises CimFault: a key that the class does not have, or a value that does not fit it
    """
    declared = {key.lower(): decl.property(key) for key in decl.keys}
    keys: dict[str, KeyValue] = {}
    for name, value in path.keys.items():
        prop = declared.get(name.lower())
        if prop is None:
            raise unexpected_selectors(decl.name, name)
        try:
            keys[prop.name] = key_value(value, prop, decl.namespace)
        except InvalidInputError as error:
            raise selector_type_mismatch(decl.name, name) from error
    return keys


def key_value(value: KeyValue, prop: PropertyDecl, namespace: str) -> KeyValue:
    """A key's value in its declared type; as text everything arrives that is no reference.

    :raises InvalidInputError: the value does not fit
    """
    if prop.type is CimType.REFERENCE and isinstance(value, str):
        return parse_path(value, default_namespace=namespace)
    if prop.type in INTEGER_BOUNDS and isinstance(value, str):
        return _integer(value)
    if isinstance(value, ObjectPath) != (prop.type is CimType.REFERENCE):
        raise InvalidInputError("A reference was given for a plain key, or the other way round.")
    return value


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidInputError(f"{text[:80]!r} is not a number.") from None


def full_path(decl: ClassDecl, given: Mapping[str, KeyValue]) -> ObjectPath | None:
    """The path of an instance of exactly this class, None if a key is missing.

    CreationClassName may be missing, since CIM defines it as the name of the instance's class (DSP1033).
    """
    keys = {_CREATION_CLASS: decl.name, **given} if _CREATION_CLASS in decl.keys else given
    if not decl.keys or any(key not in keys for key in decl.keys):
        return None
    return ObjectPath(decl.name, {key: keys[key] for key in decl.keys}, decl.namespace)


def has_keys(instance: Instance, given: Mapping[str, KeyValue]) -> bool:
    """True if the instance has all of the given key values, compared as keys are."""
    own = {name: instance.get(name) for name in given}
    if any(value is None for value in own.values()):
        return False
    return ObjectPath("", own) == ObjectPath("", given)  # type: ignore[arg-type]  # keys hold key values


def equal_selectors(selectors: Mapping[str, KeyValue], decl: ClassDecl) -> Condition | None:
    """A selector filter as a condition; None for one without selectors.

    :raises CimFault: a selector is no property, or one that such a filter cannot compare
    """
    comparisons = [_equal_selector(name, value, decl) for name, value in selectors.items()]
    if len(comparisons) < 2:
        return comparisons[0] if comparisons else None
    return And(tuple(comparisons))


def _equal_selector(name: str, value: KeyValue, decl: ClassDecl) -> Condition:
    prop = decl.property(name)
    if prop is None or prop.is_array or prop.type in _NOT_FILTERABLE or isinstance(value, ObjectPath):
        raise invalid_query(f"A selector filter cannot compare {name} of {decl.name}.")
    return equal(prop.name, value)
