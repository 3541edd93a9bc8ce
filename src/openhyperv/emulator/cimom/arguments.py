"""A method's arguments and results, held against its declaration (MS-WSMV 3.1.4.1.9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from openhyperv.emulator.cimom.faults import invalid_parameter
from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.cimom.registry import ProviderError
from openhyperv.errors import InvalidInputError
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.scalars import scalar_from_text
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, MethodDecl, ParameterDecl, Scalar, Value

_PYTHON_TYPES: dict[CimType, type | tuple[type, ...]] = {
    CimType.BOOLEAN: bool,
    CimType.STRING: str,
    CimType.CHAR16: str,
    CimType.DATETIME: (datetime, timedelta),
    CimType.REAL32: (int, float),
    CimType.REAL64: (int, float),
    CimType.REFERENCE: ObjectPath,
    CimType.OBJECT: Instance,
}


def checked_arguments(method: MethodDecl, given: Mapping[str, Value]) -> dict[str, Value]:
    """Every input parameter with its value, NULL where none is given; text is converted to the declared type.

    :raises CimFault: a name that is no input parameter, compared with case, or a value that does not fit
    """
    arguments: dict[str, Value] = {p.name: None for p in method.parameters if p.is_in}
    for name, value in given.items():
        parameter = method.parameter(name)
        if parameter is None or not parameter.is_in:
            raise invalid_parameter(method.name, name)
        try:
            arguments[name] = _checked(value, parameter)
        except InvalidInputError as error:
            raise invalid_parameter(method.name, name) from error
    return arguments


def _checked(value: Value, parameter: ParameterDecl) -> Value:
    if value is None:
        return None
    if isinstance(value, list | tuple) != parameter.is_array:
        raise InvalidInputError("An array was given for a single value, or the other way round.")
    if isinstance(value, list | tuple):
        return [None if entry is None else _converted(entry, parameter.type) for entry in value]
    return _converted(value, parameter.type)  # type: ignore[arg-type]  # no array, see above


def _converted(value: Scalar, kind: CimType) -> Scalar:
    if isinstance(value, str) and kind is CimType.REFERENCE:
        return parse_path(value)
    if isinstance(value, str) and kind is not CimType.OBJECT:
        return scalar_from_text(value, kind)
    if kind in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[kind]
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    else:
        fits = isinstance(value, _PYTHON_TYPES[kind]) and isinstance(value, bool) == (kind is CimType.BOOLEAN)
    if not fits:
        raise InvalidInputError(f"A {type(value).__name__} was given for a {kind}.")
    return value


def checked_result(method: MethodDecl, result: Result) -> Result:
    """The result itself.

    :raises ProviderError: it has an output parameter that the method does not declare
    """
    declared = {p.name for p in method.parameters if p.is_out}
    unknown = sorted(set(result.out) - declared)
    if unknown:
        raise ProviderError(f"{method.name} has no output parameter {', '.join(unknown)}")
    return result
