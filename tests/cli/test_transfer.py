"""Checkpoints, exports, imports and clones by ``hv``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from .conftest import Hv, Simulator, hv_for, simulate


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A host whose machines come and go."""
    yield from simulate(tmp_path_factory.mktemp("hvsim"))


@pytest.fixture
def hv(busy: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Hv:
    return hv_for(busy, tmp_path_factory.mktemp("home"))


@pytest.fixture
def machine(hv: Hv) -> str:
    name = f"machine-{uuid4()}"
    hv.ok("vm", "create", name, "--disk", "64M", "--memory", "512")
    return name


def test_a_tree_is_shown_renamed_and_deleted_by_its_branches(hv: Hv, machine: str) -> None:
    for name in ("root", "left"):
        hv.ok("vm", "checkpoint", "take", machine, name)
    hv.ok("vm", "checkpoint", "apply", machine, "root")
    hv.ok("vm", "checkpoint", "take", machine, "right")
    shown = [line.split()[:2] for line in hv.ok("vm", "checkpoint", "list", machine, "--tree").splitlines()]
    assert [line[0] for line in shown] == ["CHECKPOINT", "root", "left", "right"]
    assert shown[3] == ["right", "here"]
    (root,) = hv.json("vm", "checkpoint", "list", machine, "--tree")
    assert [child["is_current"] for child in root["children"]] == [False, True]
    hv.ok("vm", "checkpoint", "rename", machine, "left", "other")
    hv.ok("vm", "checkpoint", "delete", machine, "right", "--subtree")
    assert [each["name"] for each in hv.json("vm", "checkpoint", "list", machine)] == ["root", "other"]
    assert hv("vm", "checkpoint", "take", machine, "--production", "--crash-consistent").returncode == 2


def test_what_an_import_lacks_is_a_table_with_what_helps(hv: Hv, machine: str) -> None:
    folder = rf"C:\exports\{machine}"
    hv.ok("vm", "export", machine, folder, "--no-disks")
    assert hv("vm", "export", machine, folder).returncode == 41
    hv.ok("vm", "delete", machine, "--yes")
    refused = hv("vm", "import", folder)
    assert refused.returncode == 41
    head, line = refused.stdout.splitlines()
    assert head.split() == ["KIND", "PUT", "RIGHT", "BY", "PROBLEM"]
    assert line.startswith("disk")
    assert r"disk1.vhdx=NEW'" in line
    (finding,) = json.loads(hv("-f", "json", "vm", "import", folder).stdout)
    assert finding["kind"] == "disk"
    hv.ok("vm", "import", folder, "--disk", f"{finding['subject']}=none", "--memory", "768")
    assert hv.json("vm", "show", machine)["disk_files"] == []


@pytest.mark.parametrize("option", [("--switch", "lab"), ("--disk", "=x"), ("--copy", "--new-id")])
def test_options_that_make_no_sense_are_refused(hv: Hv, option: tuple[str, str]) -> None:
    assert hv("vm", "import", r"C:\exports\x", *option).returncode == 2


def test_a_rehearsed_clone_and_copy_change_nothing(hv: Hv, machine: str) -> None:
    folder = rf"C:\exports\{machine}"
    hv.ok("vm", "export", machine, folder)
    listed = hv.json("vm", "list")
    cloning = hv.ok("vm", "clone", machine, "never", "--dry-run")
    assert "ExportSystemDefinition" in cloning
    copying = hv.ok("vm", "import", folder, "--copy", "--name", "never", "--dry-run")
    assert "copy file" in copying
    assert "ImportSystemDefinition" in copying
    assert hv.json("vm", "list") == listed


def test_a_checkpoint_is_exported_and_copied_as_a_machine(hv: Hv, machine: str) -> None:
    hv.ok("vm", "checkpoint", "take", machine, "then")
    folder = rf"C:\exports\{machine}"
    hv.ok("vm", "checkpoint", "export", machine, "then", folder)
    name = f"copy-{uuid4()}"
    hv.ok("vm", "import", folder, "--copy", "--name", name)
    assert hv.json("vm", "show", name)["checkpoints"] == []
    hv.ok("vm", "clone", name, f"{name}-again", "--live", "disks")
    hv.ok("vm", "start", f"{name}-again")
