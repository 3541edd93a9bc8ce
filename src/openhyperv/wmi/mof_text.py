"""An object as text for people, in the manner of MOF."""

from __future__ import annotations

from openhyperv.wire.instance import Instance
from openhyperv.wire.types import ClassDecl, Value


def mof_text(instance: Instance, decl: ClassDecl) -> str:
    """``instance of Class {...};`` with every property that has a value."""
    lines = [f"\t{name} = {_text(value)};" for name, value in instance.items() if value is not None]
    return "\n".join((f"instance of {decl.name}", "{", *lines, "};"))


def _text(value: Value) -> str:
    if isinstance(value, list | tuple):
        return "{" + ", ".join(map(_text, value)) + "}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Instance):
        return f"instance of {value.class_name}"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
