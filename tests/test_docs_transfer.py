"""What the pages about checkpoints, exports, imports and clones show works."""

from __future__ import annotations

from pathlib import Path

import pytest

from .emulated import emulated_host
from .test_docs_examples import DOCS, outputs_of, promised, runnable, without_varying

_CREATE = "hv vm create web01 --disk 64M --memory 512 --property hw_machine_type=hyperv-gen2"


@pytest.mark.parametrize("page", ["how-to/checkpoints.md", "how-to/export-and-import.md"])
def test_commands_answer_as_shown(tmp_path: Path, page: str) -> None:
    first, *rest = runnable(DOCS / page)
    assert len(rest) >= 3
    with emulated_host(tmp_path / "host", has_files=True) as host:
        settings = "".join(f"export {name}='{value}'\n" for name, value in host.environment().items())
        (tmp_path / "host.env").write_text(settings, "utf-8")
        begun = type(first)(f". ./host.env\n{_CREATE}\n{first.line}", first.output)
        outputs = outputs_of([begun, *rest], tmp_path)
    for command, output in zip((begun, *rest), outputs, strict=True):
        missing = promised(command) - {without_varying(line) for line in output.splitlines()}
        assert not missing, f"$ {command.line}\nmissing: {missing}\ncame: {output}"
