"""What an emulated host can be asked to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from openhyperv.emulator.emulated_host import HostOptions
from openhyperv.emulator.run_arguments import RunArguments
from tests.emulated import ACCOUNT


def test_folders_are_kept_as_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU, qemu-nbd and Samba run in folders of their own: a relative path would lead them astray."""
    monkeypatch.chdir(tmp_path)
    options = HostOptions(name="HV1", data=Path("data"), account=ACCOUNT)
    assert options.data == tmp_path / "data"
    assert options.cache == tmp_path / "data" / "cache"


def test_adapters_are_plugged_into_networks_by_name(tmp_path: Path) -> None:
    """``hvsim run --network``; what it says nothing about is in a network of the adapter's own name."""
    first, second = "Emulated Ethernet Adapter", "Emulated Ethernet Adapter #2"
    adapters = arguments(cabling=[(second, "rack 7")]).options(1, tmp_path, tmp_path).hardware.adapters
    assert [adapter.physical_network for adapter in adapters] == [first, "rack 7"]
    with pytest.raises(click.ClickException, match="no adapter Ethernet 9"):
        arguments(cabling=[("Ethernet 9", "rack 7")]).options(1, tmp_path, tmp_path)


def test_all_hosts_of_a_command_share_their_networks(tmp_path: Path) -> None:
    chosen = arguments(hosts=2)
    hosts = [chosen.options(number, tmp_path, tmp_path / "nets") for number in (1, 2)]
    assert {options.networks for options in hosts} == {tmp_path / "nets"}
    assert len({options.data for options in hosts}) == 2


def arguments(**given: Any) -> RunArguments:
    """A command line that says nothing else."""
    usual = {
        "listen": ("127.0.0.1", 0),
        "data": None,
        "env_file": None,
        "name": "HV1",
        "username": "Administrator",
        "version": "2025",
        "password_file": None,
        "vms": 0,
        "hosts": 1,
        "guests": "qemu",
        "files": True,
        "tls": False,
        "allow_basic": False,
        "allow_unencrypted": False,
        "keytab": None,
        "rule_file": None,
        "hardware_file": None,
        "networks": None,
        "cabling": (),
        "max_envelope_kb": 500,
    }
    return RunArguments(**{**usual, **given})
