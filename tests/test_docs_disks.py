"""The pages about disks and network adapters show what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.hyperv.host import Host
from tests.emulated import emulated_host, target_of
from tests.hyperv.stock import add_switch
from tests.test_docs_examples import (
    DOCS,
    Command,
    blocks,
    outputs_of,
    promised,
    run_python,
    runnable,
    without_varying,
)


@pytest.mark.parametrize("page", ["how-to/disks.md", "how-to/network-adapters.md"])
def test_the_marked_commands_and_the_python_work_as_shown(tmp_path: Path, page: str) -> None:
    commands = list(runnable(DOCS / page))
    with emulated_host(tmp_path / "host", has_files=True) as emulated:
        with Host.connect(target_of(emulated)) as host:
            add_switch(host, "lab")
        settings = "".join(f"export {name}='{value}'\n" for name, value in emulated.environment().items())
        (tmp_path / "host.env").write_text(settings, "utf-8")
        _, *outputs = outputs_of([Command(". ./host.env", ()), *commands], tmp_path)
        printed = run_python(blocks(page, "python")[0], emulated.environment())
    for command, output in zip(commands, outputs, strict=True):
        missing = promised(command) - {without_varying(line) for line in output.splitlines()}
        assert not missing, f"$ {command.line}\nmissing: {missing}\ncame: {output}"
    assert without_varying(printed) == without_varying(blocks(page, "text")[0])
