"""``hv cim``: CIM operations as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from openhyperv.cim.arguments import read_arguments
from openhyperv.cim.reading import VIRTUALIZATION
from openhyperv.cim.session import Session
from openhyperv.cli.cim_explain import explain
from openhyperv.cli.connecting import connected
from openhyperv.cli.invocation import Format, Invocation
from openhyperv.cli.options import Group
from openhyperv.cli.output import Column, show_data, show_list, show_one
from openhyperv.cli.words import KeyValue
from openhyperv.errors import ConflictError, InvalidInputError
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.types import MethodDecl, Value
from openhyperv.wire.wql import Select
from openhyperv.wire.wql_parser import parse_wql

_namespace = click.option(
    "-n", "--namespace", default=VIRTUALIZATION, show_default=True, help="Where the class lies."
)


@click.group(cls=Group)
def cim() -> None:
    """CIM operations as they are: the raw hatch.

    PATH is an object path: Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="...". A class
    alone means its only instance.
    """


cim.add_command(explain)


@cim.command()
@click.argument("path")
@_namespace
@click.pass_obj
def get(invocation: Invocation, path: str, namespace: str) -> None:
    """Get one object; a table leaves out what is NULL."""
    with connected(invocation) as host:
        wanted = _addressed(host.session, parse_path(path, default_namespace=namespace))
        _show_object(invocation, host.session.get(wanted))


@cim.command()
@click.argument("wql")
@_namespace
@click.pass_obj
def query(invocation: Invocation, wql: str, namespace: str) -> None:
    """Run a WQL query: SELECT, ASSOCIATORS OF or REFERENCES OF.

    It is read here first, and refused where it is wrong.
    """
    wanted = parse_wql(wql, namespace=namespace)
    with connected(invocation) as host:
        found = list(host.session.query(wanted, namespace))
    if isinstance(wanted, Select) and wanted.columns:
        show_list(invocation, found, [_property_column(name) for name in wanted.columns])
    elif invocation.format is Format.TABLE:
        for number, instance in enumerate(found):
            click.echo("" if number == 0 else "\n", nl=False)
            _show_object(invocation, instance)
    else:
        show_data(invocation, found)


@cim.command()
@click.argument("path")
@click.argument("method")
@click.argument("arguments", nargs=-1, type=KeyValue(), metavar="[NAME=VALUE]...")
@click.option("--no-wait", is_flag=True, help="Do not wait for the job; answer whatever the method does.")
@_namespace
@click.pass_obj
def invoke(
    invocation: Invocation,
    path: str,
    method: str,
    arguments: Sequence[tuple[str, str]],
    no_wait: bool,
    namespace: str,
) -> None:
    """Call a method, and wait for its job.

    Arguments are typed by the schema: see 'hv cim explain CLASS.METHOD'. An array's name is given once for
    each entry; NAME=@FILE takes the text of a file, for embedded instances.
    """
    with connected(invocation) as host:
        session = host.session
        parsed = parse_path(path, default_namespace=namespace)
        declared = _declared(session, parsed, method)
        values = read_arguments(declared, [(name, _text(text)) for name, text in arguments], parsed.namespace)
        target = _addressed(session, parsed)
        call = session.invoke if no_wait else session.run
        output = call(target, declared.name, values)
        answer: dict[str, Value] = {"ReturnValue": output.return_value, **output.parameters}
        if not invocation.dry_run:
            show_one(invocation, answer, [_answer_line(name) for name in answer])


def _declared(session: Session, path: ObjectPath, method: str) -> MethodDecl:
    decl = session.schema.find(path.namespace, path.class_name)
    found = None if decl is None else decl.method(method)
    if found is None:
        raise InvalidInputError(
            f"The schema knows no method {method} of {path.class_name}.",
            target=path.class_name,
            remedy=f"See 'hv cim explain {path.class_name}'.",
        )
    return found


def _addressed(session: Session, path: ObjectPath) -> ObjectPath:
    """The path itself, or that of the class's only instance where it names none.

    :raises ConflictError: the class has none, or several
    """
    if path.keys:
        return path
    found = list(session.enumerate(path.class_name, path.namespace))
    if len(found) != 1 or found[0].path is None:
        raise ConflictError(
            f"The class has {len(found)} instances; name one by its keys.",
            host=session.host,
            target=path.class_name,
        )
    return found[0].path


def _text(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The argument's file cannot be read: {error}", target=text[1:]) from error


def _show_object(invocation: Invocation, instance: Instance) -> None:
    if invocation.format is Format.TABLE:
        click.secho(instance.class_name, bold=True)
    show_one(invocation, instance, [_property_column(name) for name in instance])


def _property_column(name: str) -> Column[Instance]:
    return Column(name, lambda instance: value_text(instance.get(name)))


def _answer_line(name: str) -> Column[dict[str, Value]]:
    return Column(name, lambda answer: value_text(answer[name]))


def value_text(value: Value) -> str:
    """A CIM value for a table; empty for NULL, one line for each entry of an array."""
    if isinstance(value, list | tuple):
        return "\n".join(value_text(each) for each in value)
    if isinstance(value, Instance):
        held = ", ".join(f"{name}={value_text(each)}" for name, each in value.items() if each is not None)
        return f"{value.class_name}: {held}"
    return "" if value is None else str(value)
