"""What an emulated host can be asked to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import HostOptions
from tests.emulated import ACCOUNT


def test_folders_are_kept_as_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU, qemu-nbd and Samba run in folders of their own: a relative path would lead them astray."""
    monkeypatch.chdir(tmp_path)
    options = HostOptions(name="HV1", data=Path("data"), account=ACCOUNT)
    assert options.data == tmp_path / "data"
    assert options.cache == tmp_path / "data" / "cache"
