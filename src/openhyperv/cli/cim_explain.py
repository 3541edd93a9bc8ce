"""``hv cim explain``: what the schema says of a class or of one of its methods."""

from __future__ import annotations

from difflib import get_close_matches

import click

from openhyperv.cim.reading import VIRTUALIZATION
from openhyperv.cim.schema import Schema
from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import Column, show_data, show_list, show_one
from openhyperv.errors import NotFoundError
from openhyperv.wire.types import ClassDecl, MethodDecl, ParameterDecl, PropertyDecl


def _type(what: PropertyDecl | ParameterDecl) -> str:
    kind = what.reference_class or what.embedded_class
    inner = f"{what.type}({kind})" if kind else what.type.value
    return f"{inner}[]" if what.is_array else inner


def _marks(prop: PropertyDecl) -> str:
    return " ".join(mark for mark, holds in (("key", prop.is_key), ("write", prop.is_writable)) if holds)


def _signature(method: MethodDecl) -> str:
    return ", ".join(parameter.name for parameter in method.parameters if parameter.is_in)


def _answers(method: MethodDecl) -> str:
    return ", ".join(parameter.name for parameter in method.parameters if parameter.is_out)


def _direction(parameter: ParameterDecl) -> str:
    return "in/out" if parameter.is_in and parameter.is_out else "in" if parameter.is_in else "out"


_CLASS = (
    Column[ClassDecl]("Class", lambda decl: decl.name),
    Column[ClassDecl]("Namespace", lambda decl: decl.namespace),
    Column[ClassDecl]("Is a", lambda decl: ", ".join(decl.ancestry[1:])),
    Column[ClassDecl]("Keys", lambda decl: ", ".join(decl.keys)),
    Column[ClassDecl]("Abstract", lambda decl: "yes" if decl.is_abstract else ""),
    Column[ClassDecl]("Association", lambda decl: "yes" if decl.is_association else ""),
)
_PROPERTIES = (
    Column[PropertyDecl]("PROPERTY", lambda prop: prop.name),
    Column[PropertyDecl]("TYPE", _type),
    Column[PropertyDecl]("", _marks),
    Column[PropertyDecl]("DECLARED IN", lambda prop: prop.declared_in),
)
_METHODS = (
    Column[MethodDecl]("METHOD", lambda method: method.name),
    Column[MethodDecl]("TAKES", _signature),
    Column[MethodDecl]("ANSWERS", _answers),
)
_PARAMETERS = (
    Column[ParameterDecl]("PARAMETER", lambda parameter: parameter.name),
    Column[ParameterDecl]("", _direction),
    Column[ParameterDecl]("TYPE", _type),
)
_PROPERTY = (
    Column[PropertyDecl]("Property", lambda prop: prop.name),
    Column[PropertyDecl]("Type", _type),
    Column[PropertyDecl]("Declared in", lambda prop: prop.declared_in),
    Column[PropertyDecl]("Is", _marks),
)
_CODES = (
    Column[tuple[object, str]]("VALUE", lambda code: str(code[0]), is_number=True),
    Column[tuple[object, str]]("MEANING", lambda code: code[1]),
)


@click.command(cls=Command)
@click.argument("name", metavar="CLASS[.MEMBER]")
@click.option("-n", "--namespace", default=VIRTUALIZATION, show_default=True, help="Where the class lies.")
@click.pass_obj
def explain(invocation: Invocation, name: str, namespace: str) -> None:
    """Tell what a class has, or what a method takes and a property's values mean. Needs no host."""
    class_name, _, member = name.partition(".")
    decl = _class(namespace, class_name)
    if not member:
        _explain_class(invocation, decl)
    elif (method := decl.method(member)) is not None:
        _explain_method(invocation, method)
    elif (prop := decl.property(member)) is not None:
        _explain_property(invocation, prop)
    else:
        known = [method.name for method in decl.methods.values()]
        known += [prop.name for prop in decl.properties.values()]
        raise _unknown("method or property", member, known)


def _class(namespace: str, class_name: str) -> ClassDecl:
    schema = Schema.load()
    decl = schema.find(namespace, class_name)
    if decl is None:
        raise _unknown("class", class_name, [each.name for each in schema.classes(namespace)])
    return decl


def _unknown(what: str, name: str, known: list[str]) -> NotFoundError:
    near = get_close_matches(name, known)
    remedy = f"Did you mean {' or '.join(near)}?" if near else None
    return NotFoundError(f"The schema knows no such {what}.", target=name, remedy=remedy)


def _explain_class(invocation: Invocation, decl: ClassDecl) -> None:
    if invocation.format is not Format.TABLE:
        show_data(invocation, decl)
        return
    show_one(invocation, decl, _CLASS)
    click.echo()
    show_list(invocation, decl.properties.values(), _PROPERTIES)
    if decl.methods:
        click.echo()
        show_list(invocation, decl.methods.values(), _METHODS)


def _explain_method(invocation: Invocation, method: MethodDecl) -> None:
    if invocation.format is not Format.TABLE:
        show_data(invocation, method)
        return
    show_list(invocation, method.parameters, _PARAMETERS)
    if method.codes:
        click.echo()
        show_list(invocation, sorted(method.codes.items()), _CODES)


def _explain_property(invocation: Invocation, prop: PropertyDecl) -> None:
    show_one(invocation, prop, _PROPERTY)
    if prop.values and invocation.format is Format.TABLE:
        click.echo()
        show_list(invocation, prop.values.items(), _CODES)
