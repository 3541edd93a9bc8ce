"""Every public method of os-win, read from its source: nothing of it is imported, and no Windows needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen

ISSUED_WITHOUT_THE_MAP = (
    "os_win.utils.jobutils.JobUtils",
    "os_win.utils.io.namedpipe.NamedPipeHandler",
    "os_win.utils.processutils.Mutex",
)
"""What callers get beside the map of the factory: two by functions of their own, one as a part of others."""


@frozen(order=True)
class Method:
    """One public method, at the class that defines it."""

    module: str
    class_name: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.class_name}.{self.name}"


@cache
def public_methods() -> tuple[Method, ...]:
    """The methods of every class that ``utilsfactory`` gives out; inherited ones where they are defined."""
    return tuple(sorted(method for path in {*_mapped(), *ISSUED_WITHOUT_THE_MAP} for method in _of(path)))


def _mapped() -> Iterator[str]:
    """The classes in the factory's map, as ``package.module.Class``."""
    for node in ast.walk(_parse("os_win.utilsfactory")):
        if isinstance(node, ast.Constant) and str(node.value).startswith("os_win."):
            yield str(node.value)


def _of(path: str) -> Iterator[Method]:
    module, _, class_name = path.rpartition(".")
    for node in _parse(module).body:
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                    yield Method(module.rpartition(".")[2], class_name, part.name)


def _parse(module: str) -> ast.Module:
    package, *parts = module.split(".")
    spec = find_spec(package)  # finds the package without importing it
    assert spec is not None, "os-win is not installed"
    assert spec.origin is not None, "os-win has no place"
    return ast.parse(Path(spec.origin).parent.joinpath(*parts).with_suffix(".py").read_text("utf-8"))
