"""The house keeps its shape: imports go down, and the emulator stands alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "openhyperv"

MAY_IMPORT = {
    "errors": set[str](),
    "wire": {"errors"},
    "transport": {"wire", "errors"},
    "cim": {"transport", "wire", "errors"},
    "files": {"errors"},
    "machine": {"errors"},
    "wmi": {"cim", "transport", "wire", "errors"},
    "hyperv": {"machine", "files", "cim", "transport", "wire", "errors"},
    "exporter": {"hyperv", "errors"},
    "connection_options": {"transport", "errors"},
    "neutron": {"connection_options", "hyperv", "machine", "cim", "transport", "errors"},
    "nova": {"connection_options", "hyperv", "machine", "files", "cim", "transport", "errors"},
    "cli": {"exporter", "hyperv", "machine", "files", "cim", "transport", "wire", "errors"},
    "emulator": {"wire", "cim", "errors"},
}
EMULATOR_MAY_TAKE_FROM_CIM = {"openhyperv.cim.schema", "openhyperv.cim.release"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    return module.removeprefix("openhyperv.").partition(".")[0]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path) -> None:
    own = room_of(".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    if own == "__init__":
        return
    for module in imports_of(path):
        if not module.startswith("openhyperv."):
            continue
        room = room_of(module)
        assert room == own or room in MAY_IMPORT[own], f"{own} must not import {module}"
        if own == "emulator" and room == "cim":
            assert module in EMULATOR_MAY_TAKE_FROM_CIM, "the emulator may share only the schema"


def test_no_room_is_a_grab_bag() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
    assert not [path for path in modules() if path.stem in banned]
