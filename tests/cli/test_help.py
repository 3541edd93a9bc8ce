"""What hv says without any host."""

import json
import subprocess

from openhyperv.cli.exit_codes import EXIT_CODES
from openhyperv.errors import HyperVError
from tests.cli.conftest import PROGRAMS


def every_error(kind=HyperVError):
    yield from kind.__subclasses__()
    for each in kind.__subclasses__():
        yield from every_error(each)


def test_help_names_the_groups_and_every_exit_code(hv):
    text = hv.ok("--help")
    for name in ("host", "vm", "image", "disk", "cim", "monitor", "completion"):
        assert f"\n  {name} " in text
    for code, meaning in EXIT_CODES.values():
        assert f"{code}  {meaning}" in text


def test_every_branch_of_the_error_tree_has_an_exit_code_of_its_own():
    in_tree = {kind for kind in every_error() if kind.__module__ == "openhyperv.errors"}
    assert set(EXIT_CODES) == in_tree
    codes = [code for code, _ in EXIT_CODES.values()]
    assert len(codes) == len(set(codes))


def test_there_is_no_option_for_a_password(hv):
    assert "--password " not in hv.ok("--help")
    done = hv("--password", "secret", "host", "show")
    assert done.returncode == 2


def test_a_wrong_command_line_exits_with_2_and_says_what_was_meant(hv):
    done = hv("vm", "lst")
    assert done.returncode == 2
    assert "list" in done.stderr
    assert done.stdout == ""


def test_completion_is_printed_for_a_shell_and_completes(hv):
    assert "_hv_completion" in hv.ok("completion", "fish")
    asked = hv.with_settings(_HV_COMPLETE="bash_complete", COMP_WORDS="hv vm st", COMP_CWORD="2")
    assert {"start", "stop"} <= {line.removeprefix("plain,") for line in asked.ok().splitlines()}


def test_a_class_is_explained_without_a_host(hv):
    offline = hv.with_settings(OPENHYPERV_HOST=None)
    text = offline.ok("cim", "explain", "Msvm_ComputerSystem")
    assert "RequestStateChange" in text
    assert "Keys       CreationClassName, Name" in text
    declared = json.loads(
        offline.ok("cim", "explain", "Msvm_ComputerSystem.RequestStateChange", "-f", "json")
    )
    assert declared["codes"]["32775"] == "Invalid state for this operation"


def test_a_misspelt_class_is_not_found_and_the_right_one_named(hv):
    done = hv("cim", "explain", "Msvm_ComputerSystm")
    assert done.returncode == 40
    assert "Msvm_ComputerSystem" in done.stderr


def test_nobody_reading_on_is_no_error(hv):
    command = f"{PROGRAMS}/hv cim explain Msvm_VirtualSystemSettingData | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], env=hv.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""
