"""Images on a host: found by what people call them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.host import Host
from tests.emulated import emulated_host, target_of


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    data = tmp_path_factory.mktemp("host")
    with emulated_host(data, has_files=True) as emulated, Host.connect(target_of(emulated)) as host:
        host.share.make_folder(host.images.folder)
        folder = data / "C" / Path(*host.images.folder.parts)
        for name in ("gen2-0123456789ab.vhdx", "gen2-tampered-ba9876543210.vhdx", "old.vhd"):
            (folder / name).write_bytes(b"content")
        yield host


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("gen2", "gen2-0123456789ab.vhdx"),
        ("GEN2-tampered", "gen2-tampered-ba9876543210.vhdx"),
        ("gen2-t", "gen2-tampered-ba9876543210.vhdx"),
        ("old.vhd", "old.vhd"),
    ],
)
def test_an_image_is_found_by_what_it_was_called(host: Host, asked: str, found: str) -> None:
    assert host.images.find(asked).name == found


def test_a_beginning_that_several_have_is_refused(host: Host) -> None:
    with pytest.raises(ConflictError, match=r"gen2-tampered-ba9876543210\.vhdx"):
        host.images.find("gen")


def test_an_image_that_is_not_there_is_not_found(host: Host) -> None:
    with pytest.raises(NotFoundError):
        host.images.find("windows")
