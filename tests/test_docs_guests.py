"""The commands of the page on guests give what it shows."""

from __future__ import annotations

from pathlib import Path

from openhyperv.hyperv.host import Host

from .emulated import emulated_host, target_of
from .hyperv.specs import machine_spec
from .test_docs_examples import DOCS, outputs_of, promised, runnable, without_varying


def test_the_commands_of_the_page_on_guests_answer_as_shown(tmp_path: Path) -> None:
    commands = list(runnable(DOCS / "how-to/guests.md"))
    assert len(commands) >= 5
    with emulated_host(tmp_path / "host", has_files=True) as emulated:
        with Host.connect(target_of(emulated)) as host:
            host.create(machine_spec("vm0001"))
        settings = "".join(f"export {name}='{value}'\n" for name, value in emulated.environment().items())
        (tmp_path / "host.env").write_text(settings, "utf-8")
        commands.insert(0, type(commands[0])("source ./host.env", ()))
        outputs = outputs_of(commands, tmp_path)
    for command, output in zip(commands, outputs, strict=True):
        assert promised(command) <= {without_varying(line) for line in output.splitlines()}, command.line
