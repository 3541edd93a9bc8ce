"""What the documentation names exists, and its tables hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import fields

from bench import baseline
from openhyperv.cli.profiles import Profile

from .bench.test_quick import REQUESTS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "openhyperv"
PAGES = sorted(DOCS.rglob("*.md"))

_NAMED = re.compile(r"`((?:\w+/)*\w+\.py)(?:::([\w.]+))?`")


def definitions(path: Path) -> Iterator[str]:
    """Every function, class and method of a file, as ``Class.method``."""

    def below(node: ast.AST, prefix: str) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                yield prefix + child.name
                yield from below(child, f"{prefix}{child.name}.")

    yield from below(ast.parse(path.read_text("utf-8")), "")


def named_in(page: Path) -> list[tuple[str, str]]:
    return _NAMED.findall(page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_that_a_page_names_exists(page: Path) -> None:
    for file, name in named_in(page):
        path = next((top / file for top in (PACKAGE, ROOT) if (top / file).is_file()), None)
        assert path is not None, f"{page.name} names {file}"
        assert not name or name in definitions(path), f"{page.name} names {file}::{name}"


def test_the_walk_goes_through_every_room() -> None:
    rooms = {file.partition("/")[0] for file, _ in named_in(DOCS / "explanation" / "walk.md")}
    assert rooms >= {
        "nova",
        "neutron",
        "cli",
        "machine",
        "hyperv",
        "files",
        "cim",
        "wire",
        "transport",
        "emulator",
    }


def table_rows(page: str, heading: str) -> list[list[str]]:
    text = (DOCS / page).read_text("utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def in_code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_profile_in_the_reference_is_one() -> None:
    text = (DOCS / "reference" / "settings.md").read_text("utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    keys = set(re.findall(r"^(\w+) = ", example, re.MULTILINE)) - {"default"}
    assert keys <= {each.name for each in fields(Profile)}


COUNTED = {
    "information about one machine": (baseline.INFO, "info of one"),
    "list 1 machine with its state": (baseline.listing(1), "list of 1"),
    "list 100 machines with their states": (baseline.listing(100), "list of 100"),
    "create (disk, adapter, config drive) and start": (
        baseline.CREATE_AND_START,
        "create (disk, NIC, config drive), start",
    ),
    "start, or turn off": (baseline.POWER, "turn off"),
    "delete a running machine": (baseline.DELETE, "delete, running"),
}


def test_request_counts_are_those_of_the_bench() -> None:
    text = (DOCS / "explanation" / "requests.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    assert {name: (theirs, int(ours)) for name, theirs, ours in rows} == {
        name: (str(theirs), REQUESTS[measured]) for name, (theirs, measured) in COUNTED.items()
    }
