"""What the documentation shows works: the tutorial's commands, and the examples of the how-to guides."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.emulator.rules.reading import read_rules
from openhyperv.hyperv.host import Host
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.wire.wql import select

from .emulated import emulated_host, target_of
from .hyperv.specs import machine_spec
from .hyperv.stock import add_switch

DOCS = Path(__file__).parent.parent / "docs"
_TIMEOUT_S = 180
_RUNNABLE = re.compile(r"^% run\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARYING = (
    (re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "GUID"),
    (re.compile(r"-[0-9a-f]{12}\.vhdx"), "-DIGEST.vhdx"),
    (re.compile(r"\d[\d.:-]*"), "0"),
    (re.compile(r"0 s (ahead of|behind)"), "0 s off"),
    (re.compile(r"\s+"), " "),
)


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


def test_machines_are_secured_as_shown(tmp_path: Path) -> None:
    """The marked commands, then the Python, which is about the same machine."""
    page = "how-to/secure-machines.md"
    commands = list(runnable(DOCS / page))
    with emulated_host(tmp_path / "host", has_files=True) as host:
        settings = "".join(f"export {name}='{value}'\n" for name, value in host.environment().items())
        (tmp_path / "host.env").write_text(settings, "utf-8")
        _, *outputs = outputs_of([Command(". ./host.env", ()), *commands], tmp_path)
        printed = run_python(blocks(page, "python")[0], host.environment())
    for command, output in zip(commands, outputs, strict=True):
        missing = promised(command) - {without_varying(line) for line in output.splitlines()}
        assert not missing, f"$ {command.line}\nmissing: {missing}\ncame: {output}"
    assert printed == blocks(page, "text")[0]


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run_python(text: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", text],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_life_of_a_machine_in_python_is_as_shown(tmp_path: Path) -> None:
    with emulated_host(tmp_path, has_files=True) as host:
        output = run_python(blocks("how-to/python.md", "python")[0], host.environment())
    (shown,) = blocks("how-to/python.md", "text")
    assert without_varying(output) == without_varying(shown)


def test_code_written_for_windows_runs_as_shown(tmp_path: Path) -> None:
    with emulated_host(tmp_path) as host:
        output = run_python(blocks("how-to/wmi.md", "python")[0], host.environment())
    assert output == blocks("how-to/wmi.md", "text")[0]


def test_a_port_is_bound_as_shown(tmp_path: Path) -> None:
    with emulated_host(tmp_path, has_files=True) as emulated, Host.connect(target_of(emulated)) as host:
        add_switch(host, "lab")
        host.create(machine_spec(network_adapters=(NetworkAdapter("eth0"),)))
        run_python(blocks("how-to/ports.md", "python")[0], emulated.environment())
        vlans = list(host.session.query(select("Msvm_EthernetSwitchPortVlanSettingData")))
    assert 7 in [vlan["AccessVlanId"] for vlan in vlans]


def test_a_test_against_an_emulated_host_passes(tmp_path: Path) -> None:
    (example,) = blocks("how-to/test-with-hvsim.md", "python")
    run_python(f"from pathlib import Path\n{example}\ntest_my_code(Path({str(tmp_path)!r}))", {})


@pytest.mark.parametrize("page", ["how-to/test-with-hvsim.md", "reference/rules.md"])
def test_fault_rules_that_are_shown_can_be_read(page: str) -> None:
    for example in (block for block in blocks(page, "toml") if "[[rule]]" in block):
        assert read_rules(example)
