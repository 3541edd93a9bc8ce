"""What the page about memory, NUMA nodes and limits shows is what comes."""

from __future__ import annotations

from pathlib import Path

from openhyperv.hyperv.host import Host

from .emulated import emulated_host, target_of
from .hyperv.numa_example import TWO_NODES, create_machines, span
from .hyperv.specs import with_disk
from .test_docs_examples import DOCS, outputs_of, promised, runnable, without_varying


def test_the_commands_of_the_page_on_sizes_answer_as_shown(tmp_path: Path) -> None:
    commands = list(runnable(DOCS / "how-to/size-machines.md"))
    assert len(commands) == 4
    with emulated_host(tmp_path / "host", hardware=TWO_NODES, has_files=True) as emulated:
        with Host.connect(target_of(emulated)) as host:
            host.create(with_disk("web01"))
            span(host, is_on=False)
            for machine in create_machines(host).values():
                machine.start()
        settings = "".join(f"export {name}='{value}'\n" for name, value in emulated.environment().items())
        (tmp_path / "host.env").write_text(settings, "utf-8")
        commands.insert(0, type(commands[0])("source ./host.env", ()))
        outputs = outputs_of(commands, tmp_path)
    for command, output in zip(commands, outputs, strict=True):
        assert promised(command) <= {without_varying(line) for line in output.splitlines()}, command.line
