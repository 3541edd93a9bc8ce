"""Settings that a client sends as CIM-XML text, checked against the release's schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.errors import HyperVError
from openhyperv.wire.cimxml import instance_from_text
from openhyperv.wire.cimxml_values import CimXmlDatetimeError, CimXmlShapeError
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import ClassDecl, Value

_NAMESPACE = "root/virtualization/v2"
_QUOTED_ID = re.compile(r'(?P<class>\w+)\s*\.\s*InstanceID\s*=\s*"(?P<id>[^"]*)"\s*$', re.IGNORECASE)


class WrongShape(MethodFailure):
    """A scalar stands where an array belongs, or the reverse; most methods answer 32773 (recorded)."""

    def __init__(self, reason: str) -> None:
        super().__init__(Code.INVALID_PARAMETER, reason)


@contextmanager
def shapes_refused_as(code: Code) -> Iterator[None]:
    """Refuse wrong shapes with a code of the method's own."""
    try:
        yield
    except WrongShape as refusal:
        raise MethodFailure(code, str(refusal)) from refusal


def read_setting(text: Value, base_class: str, schema: Schema) -> Instance:
    """The instance in a text: of ``base_class`` or below it, property names spelled as the schema does.

    :raises MethodFailure: no such text, class or property in this release, or a value of the wrong shape
    """
    if not isinstance(text, str) or not text.strip():
        raise MethodFailure(Code.INVALID_PARAMETER, "No settings were given.")
    try:
        instance = instance_from_text(text, schema)
    except CimXmlShapeError as error:
        raise WrongShape(str(error)) from error
    except CimXmlDatetimeError as error:
        raise MethodFailure(Code.FAILED, str(error)) from error  # recorded
    except HyperVError as error:
        raise MethodFailure(Code.INVALID_PARAMETER, str(error)) from error
    decl = schema.find(_NAMESPACE, instance.class_name)
    if decl is None or not decl.is_a(base_class):
        raise MethodFailure(Code.INVALID_PARAMETER, f"{instance.class_name} is no {base_class}.")
    return Instance(decl.name, _checked(decl, instance))


def _checked(decl: ClassDecl, instance: Mapping[str, Value]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, value in instance.items():
        if name.startswith("__"):
            continue
        declared = decl.property(name)
        if declared is None:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{decl.name} has no property {name}.")
        if value is not None:
            values[declared.name] = list(value) if isinstance(value, list | tuple) else value
    return values


def referred_id(path_text: Value) -> str | None:
    """The InstanceID in the text of an object path, such as Parent holds; None if there is none.

    Backslashes may be doubled, as WMI writes them, or not, as some hosts show BootSourceOrder.
    """
    match = _QUOTED_ID.search(path_text) if isinstance(path_text, str) else None
    return match["id"].replace("\\\\", "\\") if match else None


def referred_class(path_text: Value) -> str | None:
    """The class in such a text."""
    match = _QUOTED_ID.search(path_text) if isinstance(path_text, str) else None
    return match["class"] if match else None


def text_of(instance: Mapping[str, Value], name: str) -> str:
    """A string property, empty where it is NULL or absent."""
    value = instance.get(name)
    return value if isinstance(value, str) else ""


def first_text(instance: Mapping[str, Value], name: str) -> str:
    """The first entry of an array of strings, empty where there is none."""
    value = instance.get(name)
    first = value[0] if isinstance(value, list) and value else ""
    return first if isinstance(first, str) else ""
