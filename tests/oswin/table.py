"""What became of every public method of os-win: the marks on tests, and what stands in ``unserved.toml``."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from attrs import field, frozen

from tests.oswin.methods import Method, public_methods

_FOLDER = Path(__file__).parent


class Outcome(StrEnum):
    """What a method does from Linux against the emulated host."""

    PASSES = "passes"
    IMPOSSIBLE = "impossible"
    FAILS = "fails"


@frozen
class Row:
    """One method: the tests that prove it, or why there are none."""

    method: Method
    outcome: Outcome
    tests: tuple[str, ...] = ()
    why: str = ""


@frozen
class Claims:
    """What is said about methods, by their names: what tests prove, and what is not served, and why."""

    proofs: Mapping[str, tuple[str, ...]] = field(factory=dict)
    unserved: Mapping[Outcome, Mapping[str, str]] = field(factory=dict)

    def about(self, method: Method) -> list[Row]:
        """Every row that is claimed for a method; there has to be one."""
        name = str(method)
        tests = self.proofs.get(name, ())
        rows = [Row(method, Outcome.PASSES, tests)] if tests else []
        for outcome, reasons in self.unserved.items():
            if name in reasons:
                rows.append(Row(method, outcome, why=reasons[name]))
        return rows

    def names(self) -> set[str]:
        """Every name that anything is claimed about."""
        return set(self.proofs).union(*self.unserved.values())


@cache
def claims() -> Claims:
    """What this folder claims."""
    return Claims(_proofs(), _unserved())


def _proofs() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for source in sorted(_FOLDER.glob("test_*.py")):
        for test, name in _marks(ast.parse(source.read_text("utf-8"))):
            found.setdefault(name, []).append(f"{source.name}::{test}")
    return {name: tuple(tests) for name, tests in found.items()}


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names of tests with the methods that they prove."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Name(id="proves"), args=names):
                        yield from ((node.name, ast.literal_eval(name)) for name in names)


def _unserved() -> dict[Outcome, dict[str, str]]:
    """The reasons by outcome and method."""
    document = tomllib.loads((_FOLDER / "unserved.toml").read_text("utf-8"))
    return {
        outcome: {
            f"{owner}.{name}": why
            for owner, methods in document.get(outcome.value, {}).items()
            for name, why in methods.items()
        }
        for outcome in (Outcome.IMPOSSIBLE, Outcome.FAILS)
    }


def rows() -> list[Row]:
    """The table, one row per public method, by module."""
    return [row for method in public_methods() for row in claims().about(method)]
