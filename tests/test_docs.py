"""What the documentation says exists, exists; what its tutorial says works, works."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import fields, frozen

from openhyperv.cli.profiles import Profile
from openhyperv.errors import UnsupportedError
from openhyperv.machine.design import design_machine
from openhyperv.machine.request import DvdRequest
from openhyperv.machine.violations import BrokenRuleError, Rule

from .emulated import emulated_host
from .machine.requests import request

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGE = ROOT / "src" / "openhyperv"
PAGES = sorted(DOCS.rglob("*.md"))
_TIMEOUT_S = 60

_NAMED = re.compile(r"`((?:\w+/)*\w+\.py)(?:::([\w.]+))?`")
_RUNNABLE = re.compile(r"^% run\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = (
    (re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "GUID"),
    (re.compile(r"-[0-9a-f]{12}\.vhdx"), "-DIGEST.vhdx"),
    (re.compile(r"\d[\d.:-]*"), "0"),
    (re.compile(r"0 s (ahead of|behind)"), "0 s off"),
    (re.compile(r"\s+"), " "),
)


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
    assert rooms >= {"cli", "machine", "hyperv", "files", "cim", "wire", "transport", "emulator"}


@frozen
class Command:
    """A command of the tutorial, and the lines it says come back."""

    line: str
    output: tuple[str, ...]


def runnable(page: Path) -> Iterator[Command]:
    for block in _RUNNABLE.findall(page.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, *output = part.splitlines()
            yield Command(line, tuple(output))


def without_varying(line: str) -> str:
    for pattern, word in _VARYING:
        line = pattern.sub(word, line)
    return line.strip()


def promised(command: Command) -> set[str]:
    return {without_varying(line) for line in command.output if line != "…"}


def test_the_tutorial_runs(tmp_path: Path) -> None:
    """Its marked commands, in one shell, against a host whose guests are states only."""
    commands = list(runnable(DOCS / "tutorial" / "first-machine.md"))
    assert len(commands) > 8
    image = tmp_path / "build" / "guests" / "gen2.vhdx"
    image.parent.mkdir(parents=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "vhdx", image, "48M"], check=True, timeout=_TIMEOUT_S)
    with emulated_host(tmp_path / "host", has_files=True) as host:
        settings = "".join(f"export {name}='{value}'\n" for name, value in host.environment().items())
        (tmp_path / "host.env").write_text(settings, "utf-8")
        outputs = outputs_of(commands, tmp_path)
    for command, output in zip(commands, outputs, strict=True):
        missing = promised(command) - {without_varying(line) for line in output.splitlines()}
        assert missing <= WITHOUT_GUEST, f"$ {command.line}\nmissing: {missing}\ncame: {output}"


WITHOUT_GUEST = {"Boots with uefi", "File 0 MiB"}
"""What an empty disk, which stands in for the real image, cannot say."""


def outputs_of(commands: list[Command], folder: Path) -> list[str]:
    """What each command prints; the first that fails ends it."""
    mark = "--- next command ---"
    script = "set -e\nexec 2>&1\n" + "".join(f"{command.line}\necho '{mark}'\n" for command in commands)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.split(f"{mark}\n")[:-1]


def table_rows(page: str, heading: str) -> list[list[str]]:
    text = (DOCS / page).read_text("utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def in_code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


VALUE_RULES = {
    Rule.MACHINE_TYPE,
    Rule.FIRMWARE_TYPE,
    Rule.SECURE_BOOT_VALUE,
    Rule.SERIAL_PORT,
    Rule.HYPERVISOR_TYPE,
    Rule.HOST_VERSION_REQUIREMENT,
}


DVD = DvdRequest("dvd", "C:\\iso\\debian.iso")


def broken_rule(name: str, value: str) -> Rule | None:
    """The rule that a machine with a DVD drive and this one property breaks."""
    try:
        design_machine(request({name: value}, dvds=(DVD,)))
    except BrokenRuleError as error:
        return error.rule
    except UnsupportedError:
        return None
    return None


def test_every_value_of_an_image_property_is_known() -> None:
    rows = table_rows("reference/properties.md", "Properties of images")
    assert len(rows) > 8
    for name, values, *_ in rows:
        (property_name,) = in_code(name)
        broken = {value: broken_rule(property_name, value) for value in in_code(values)}
        assert not VALUE_RULES & set(broken.values()), f"{property_name}: {broken}"


def test_a_value_that_the_page_does_not_list_is_refused() -> None:
    for name, *_ in table_rows("reference/properties.md", "Properties of images"):
        (property_name,) = in_code(name)
        if property_name not in {"os_type", "architecture"}:  # looked at with Secure Boot; not supported
            assert broken_rule(property_name, "nonsense") is not None, property_name


def test_the_profile_in_the_reference_is_one() -> None:
    text = (DOCS / "reference" / "settings.md").read_text("utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    keys = set(re.findall(r"^(\w+) = ", example, re.MULTILINE)) - {"default"}
    assert keys <= {each.name for each in fields(Profile)}
