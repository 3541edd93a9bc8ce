"""Where settings and passwords come from."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND_TIMEOUT_S, PROGRAMS


@pytest.fixture
def profiles(tmp_path):
    """Writes hv.toml."""

    def write(text: str) -> None:
        path = tmp_path / "openhyperv" / "hv.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return write


@pytest.fixture
def bare(hv):
    """``hv`` without any variable."""
    return hv.with_settings(**{name: None for name in hv.environment if name.startswith("OPENHYPERV_")})


@pytest.fixture
def profile_text(simulator):
    settings = simulator.settings
    return (
        f'[profiles.lab]\nhost = "{settings["OPENHYPERV_HOST"]}"\nport = {settings["OPENHYPERV_PORT"]}\n'
        f'smb_port = {settings["OPENHYPERV_SMB_PORT"]}\nusername = "Administrator"\n'
    )


def test_without_any_setting_the_remedy_is_told(bare):
    done = bare("host", "show")
    assert done.returncode == 50
    assert "--host" in done.stderr


def test_a_profile_with_a_password_file(bare, profiles, profile_text, simulator, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(simulator.password + "\n")
    secret.chmod(0o600)
    profiles(f'default = "lab"\n{profile_text}password_file = "{secret}"\n')
    done = bare("host", "show")
    assert "HVSIM" in done.stdout
    assert done.stderr == ""


def test_a_profile_with_a_password_command(bare, profiles, profile_text, simulator, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(simulator.password)
    profiles(f'{profile_text}password_command = "cat {secret}"\n')
    assert "HVSIM" in bare.ok("--profile", "lab", "host", "show")
    assert "HVSIM" in bare.with_settings(OPENHYPERV_PROFILE="lab").ok("host", "show")


def test_a_password_in_a_profile_is_refused(bare, profiles, profile_text):
    profiles(f'{profile_text}password = "Sesam, Sesam"\n')
    done = bare("--profile", "lab", "host", "show")
    assert done.returncode == 50
    assert "password_file" in done.stderr
    assert "Sesam" not in done.stderr


def test_variables_win_over_the_profile_and_options_over_both(hv, profiles):
    profiles('default = "far"\n[profiles.far]\nhost = "192.0.2.1"\nport = 1\n')
    assert "HVSIM" in hv.ok("host", "show")
    done = hv("--port", "1", "host", "show")
    assert done.returncode == 11


def test_an_unknown_profile_is_refused_and_the_known_ones_named(bare, profiles, profile_text):
    profiles(profile_text)
    done = bare("--profile", "lob", "host", "show")
    assert done.returncode == 50
    assert "lab" in done.stderr


def test_an_open_password_file_is_used_but_remarked(hv, simulator, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(simulator.password)
    secret.chmod(0o644)
    done = hv.with_settings(OPENHYPERV_PASSWORD=None)("--password-file", str(secret), "host", "show")
    assert done.returncode == 0
    assert "chmod 600" in done.stderr


def test_whoever_sits_at_the_terminal_is_asked_and_the_password_is_neither_shown_nor_an_argument(
    hv, simulator
):
    asking = hv.with_settings(OPENHYPERV_PASSWORD=None)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [PROGRAMS / "hv", "host", "show"],
        env=asking.environment,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        shown = b""
        while b"Password of Administrator" not in shown:
            shown += os.read(ours, 1024)
        command_line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        os.write(ours, simulator.password.encode() + b"\n")
        answer, _ = process.communicate(timeout=COMMAND_TIMEOUT_S)
    assert "HVSIM" in answer
    assert simulator.password.encode() not in shown + command_line
    os.close(ours)
