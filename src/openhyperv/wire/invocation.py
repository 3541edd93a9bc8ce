"""Method calls as values: ``<Method>_INPUT`` and ``<Method>_OUTPUT`` (MS-WSMV 3.1.4.1.9, DSP0230 9)."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen
from lxml import etree

from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.types import (
    INTEGER_BOUNDS,
    CimType,
    ClassDecl,
    ClassLookup,
    MethodDecl,
    ParameterDecl,
    Value,
)
from openhyperv.wire.wscim_reading import Members, read_members
from openhyperv.wire.wscim_writing import write_value
from openhyperv.wire.xml import Element, local_name

_INPUT, _OUTPUT = "_INPUT", "_OUTPUT"
RETURN_VALUE = "ReturnValue"
_CODE_TYPES = frozenset((None, *INTEGER_BOUNDS, CimType.BOOLEAN))
"""What a code can be declared as; None for no code at all."""


@frozen
class Output:
    """What a method answered: its ReturnValue as a code, and its output parameters.

    Where it returns nothing, ``return_value`` is None; where it returns a text or an object, that is among
    the parameters.
    """

    return_value: int | None
    parameters: Mapping[str, Value]

    def __getitem__(self, name: str) -> Value:
        return self.parameters.get(name)


def input_body(decl: ClassDecl, method: MethodDecl, arguments: Mapping[str, Value]) -> Element:
    """The ``_INPUT`` element; arguments left out or None are not sent, which means NULL.

    :raises InvalidInputError: an argument that the method does not have
    """
    uri = uris.class_uri(decl.namespace, decl.name)
    element = etree.Element(f"{{{uri}}}{method.name}{_INPUT}", nsmap={"p": uri})
    unknown = [name for name in arguments if (p := method.parameter(name)) is None or not p.is_in]
    if unknown:
        raise InvalidInputError(f"{method.name} has no input parameter {unknown[0]}.", target=decl.name)
    for parameter in method.parameters:
        value = arguments.get(parameter.name)
        if value is not None:
            write_value(element, f"{{{uri}}}{parameter.name}", value, parameter)
    return element


def read_output(element: Element, method: MethodDecl, lookup: ClassLookup) -> Output:
    """The values in an ``_OUTPUT`` element, in any order.

    :raises ProtocolError: a value that does not fit its type, or no ReturnValue where one is due
    """
    declared = [p for p in method.parameters if p.is_out]
    if method.returns is not None:
        declared.append(ParameterDecl(RETURN_VALUE, method.returns, is_in=False, is_out=True))
    values = read_members(element, Members(declared, etree.QName(element).namespace), lookup)
    if method.returns not in _CODE_TYPES:
        return Output(None, values)
    code = values.pop(RETURN_VALUE, None)
    if method.returns is not None and not isinstance(code, int):
        raise ProtocolError("The method's answer has no ReturnValue.", target=method.name)
    return Output(code if isinstance(code, int) else None, values)


def read_input(element: Element, method: MethodDecl, lookup: ClassLookup) -> dict[str, Value]:
    """The arguments in an ``_INPUT`` element, every declared input present, NULL where it was not sent.

    Names are compared with case, as Windows does.

    :raises InvalidInputError: an element that is no input parameter
    :raises ProtocolError: a value that does not fit its type
    """
    inputs = {p.name: p for p in method.parameters if p.is_in}
    unknown = [name for name in map(local_name, element) if name not in inputs]
    if unknown:
        raise InvalidInputError(f"{method.name} has no input parameter {unknown[0]}.", target=unknown[0])
    arguments: dict[str, Value] = dict.fromkeys(inputs)
    arguments |= read_members(element, Members(inputs.values(), etree.QName(element).namespace), lookup)
    return arguments


def output_body(decl: ClassDecl, method: MethodDecl, return_value: int, out: Mapping[str, Value]) -> Element:
    """The ``_OUTPUT`` element: output parameters by name, ReturnValue last, as recorded from Windows."""
    uri = uris.class_uri(decl.namespace, decl.name)
    namespaces = {"xsi": uris.XSI, "p": uri, "cim": uris.CIM_COMMON}
    element = etree.Element(f"{{{uri}}}{method.name}{_OUTPUT}", nsmap=namespaces)
    for parameter in sorted(method.parameters, key=lambda p: p.name.lower()):
        if parameter.is_out:
            write_value(element, f"{{{uri}}}{parameter.name}", out.get(parameter.name), parameter)
    if method.returns is not None:
        code = ParameterDecl(RETURN_VALUE, CimType.UINT32)
        write_value(element, f"{{{uri}}}{RETURN_VALUE}", return_value, code)
    return element
