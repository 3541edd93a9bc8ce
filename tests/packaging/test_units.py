"""The units are taken by systemd, name programs that there are, and keep their hardening."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "packaging/systemd").glob("*.service"))
MOST_EXPOSED = 1.5
"""Of 10, as ``systemd-analyze security`` counts; below 2 it calls a service OK."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def on_this_machine(unit: Path, folder: Path) -> Path:
    """The unit with a program that is there, and as an instance where it is a template."""
    text = re.sub(r"/opt/openhyperv/bin/[a-z-]+", shutil.which("true") or "", unit.read_text())
    copy = folder / unit.name.replace("@.", "@hv1.")
    copy.write_text(text)
    return copy


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    done = analyze("verify", "--man=no", "--recursive-errors=no", str(on_this_machine(unit, tmp_path)))
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_little_is_open_to_a_service(unit: Path, tmp_path: Path) -> None:
    done = analyze("security", "--offline=true", "--no-pager", str(on_this_machine(unit, tmp_path)))
    exposure = re.search(r"exposure level for \S+: (\S+)", done.stdout)
    assert exposure is not None, done.stdout + done.stderr
    assert float(exposure[1]) <= MOST_EXPOSED


def test_the_programs_are_installed_by_us_or_by_nova() -> None:
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    started = {
        program for unit in UNITS for program in re.findall(r"/opt/openhyperv/bin/(\S+)", unit.read_text())
    }
    assert started == {"nova-compute", "openhyperv-fleet", "openhyperv-neutron-agent"}
    assert started <= {"nova-compute", *ours}


def test_what_the_image_is_made_of_is_there() -> None:
    recipe = (ROOT / "packaging/oci/Containerfile").read_text()
    copied = [line.split()[1:-1] for line in recipe.splitlines() if re.match(r"COPY (?!--from)", line)]
    assert copied
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
