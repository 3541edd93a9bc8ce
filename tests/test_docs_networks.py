"""What the pages about switches and ports show works."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.hyperv.host import Host
from openhyperv.machine.switch import SwitchSpec

from .emulated import emulated_host, target_of
from .test_docs_examples import (
    DOCS,
    blocks,
    outputs_of,
    promised,
    run_python,
    runnable,
    without_varying,
)


@pytest.mark.parametrize(("page", "switches"), [("switches", ()), ("ports", ("lab",))])
def test_the_commands_answer_as_shown(tmp_path: Path, page: str, switches: tuple[str, ...]) -> None:
    commands = list(runnable(DOCS / f"how-to/{page}.md"))
    assert len(commands) > 6
    with emulated_host(tmp_path / "host", has_files=True) as emulated:
        with Host.connect(target_of(emulated)) as host:
            for name in switches:
                host.switches.create(SwitchSpec(name=name))
        settings = "".join(f"export {name}='{value}'\n" for name, value in emulated.environment().items())
        (tmp_path / "host.env").write_text(settings, "utf-8")
        _, *outputs = outputs_of([type(commands[0])(". ./host.env", ()), *commands], tmp_path)
    for command, output in zip(commands, outputs, strict=True):
        missing = promised(command) - {without_varying(line) for line in output.splitlines()}
        assert not missing, f"$ {command.line}\nmissing: {missing}\ncame: {output}"


def test_a_program_makes_a_switch_as_shown(tmp_path: Path) -> None:
    with emulated_host(tmp_path) as emulated:
        printed = run_python(blocks("how-to/switches.md", "python")[0], emulated.environment())
    assert printed == blocks("how-to/switches.md", "text")[0]
