"""The password that ``hvsim`` is given."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from openhyperv.emulator.command import main
from openhyperv.hyperv.host import Host
from openhyperv.transport.target import Target
from tests.cli.conftest import simulate


def test_a_host_keeps_the_password_it_is_given_over_restarts(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a password of the test\n")
    for _ in range(2):
        for simulator in simulate(tmp_path, "--password-file", str(file)):
            assert simulator.password == "a password of the test"
            with Host.connect(Target.from_environment(simulator.settings)) as host:
                assert host.facts().name == "HVSIM"
        (tmp_path / "env").unlink()


def test_a_file_without_a_password_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("\n")
    arguments = ["run", "--password-file", str(file), "--data", str(tmp_path / "data")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "holds no password" in result.output
