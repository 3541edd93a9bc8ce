"""The support matrix: every capability with the tests that prove it, or why there are none."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

_TESTS = Path(__file__).parent
REPOSITORY = _TESTS.parent
_SOURCES = (_TESTS, REPOSITORY / "tests_openstack")
_NOT_DONE = "not_done"


@frozen
class Proof:
    """A test by its place in the repository; ``in_guest`` where a guest that booted saw the effect."""

    test: str
    in_guest: bool


@frozen
class Capability:
    """A row of the matrix: proved by tests, or not done for a reason."""

    identifier: str
    title: str
    proofs: tuple[Proof, ...]
    not_done: str = ""


@frozen
class Subject:
    """The rows that belong together."""

    letter: str
    title: str
    capabilities: tuple[Capability, ...]


def subjects() -> tuple[Subject, ...]:
    """The whole matrix."""
    document = _document()
    return tuple(_subject(letter, document) for letter in document if letter != _NOT_DONE)


def _subject(letter: str, document: Mapping[str, Mapping[str, str]]) -> Subject:
    titles = dict(document[letter])
    subject = titles.pop("subject")
    rows = (
        Capability(identifier, title, proofs().get(identifier, ()), document[_NOT_DONE].get(identifier, ""))
        for identifier, title in titles.items()
    )
    return Subject(letter, subject, tuple(rows))


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads((_TESTS / "capabilities.toml").read_text("utf-8"))


def not_done() -> Mapping[str, str]:
    """Why what is not done is not, by identifier."""
    reasons: Mapping[str, str] = _document()[_NOT_DONE]
    return reasons


@cache
def proofs() -> Mapping[str, tuple[Proof, ...]]:
    """What the marks on tests claim, by identifier."""
    found: dict[str, list[Proof]] = defaultdict(list)
    for source in sorted(path for folder in _SOURCES for path in folder.rglob("test_*.py")):
        place = source.relative_to(REPOSITORY)
        for test, identifier, in_guest in _marks(ast.parse(source.read_text("utf-8")).body):
            found[identifier].append(Proof(f"{place}::{test}", in_guest))
    return {identifier: tuple(each) for identifier, each in found.items()}


def _marks(nodes: Sequence[ast.stmt]) -> Iterator[tuple[str, str, bool]]:
    """Names of tests, each with a capability it is marked with, and whether a guest saw it."""
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            yield from (
                (f"{node.name}::{test}", identifier, in_guest)
                for test, identifier, in_guest in _marks(node.body)
            )
        elif isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Name(id="shows"), args=names, keywords=keywords):
                        in_guest = any(ast.literal_eval(keyword.value) for keyword in keywords)
                        yield from ((node.name, ast.literal_eval(name), in_guest) for name in names)
