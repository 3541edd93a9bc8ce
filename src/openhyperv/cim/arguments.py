"""A method's arguments from texts, as a person types them: typed by the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import parse_path
from openhyperv.wire.scalars import scalar_from_text
from openhyperv.wire.types import CimType, MethodDecl, ParameterDecl, Scalar, Value


def read_arguments(
    method: MethodDecl, given: Iterable[tuple[str, str]], namespace: str
) -> Mapping[str, Value]:
    """The values that ``given`` pairs of name and text stand for; an array's name is given once an entry.

    References are object paths, which lie in ``namespace`` unless they say otherwise. Embedded instances are
    CIM-XML text and taken as they are.

    :raises InvalidInputError: no such parameter, a text that its type does not allow, or a second value
    """
    arguments: dict[str, Value] = {}
    for name, text in given:
        parameter = _parameter(method, name)
        value = _value(parameter, text, namespace)
        before = arguments.get(parameter.name)
        if parameter.is_array:
            arguments[parameter.name] = [*before, value] if isinstance(before, list) else [value]
        elif before is not None:
            raise InvalidInputError(f"{parameter.name} is no array, and has one value.", target=name)
        else:
            arguments[parameter.name] = value
    return arguments


def _parameter(method: MethodDecl, name: str) -> ParameterDecl:
    """The input parameter of that name, in any case of letters: a person types it."""
    inputs = [parameter for parameter in method.parameters if parameter.is_in]
    found = next((parameter for parameter in inputs if parameter.name.lower() == name.lower()), None)
    if found is None:
        known = ", ".join(parameter.name for parameter in inputs) or "none"
        raise InvalidInputError(f"{method.name} has no parameter {name}; it has {known}.", target=name)
    return found


def _value(parameter: ParameterDecl, text: str, namespace: str) -> Scalar:
    if parameter.type is CimType.REFERENCE:
        return parse_path(text, default_namespace=namespace)
    if parameter.type is CimType.OBJECT:
        raise InvalidInputError("An embedded object cannot be given as text.", target=parameter.name)
    return scalar_from_text(text, parameter.type)
