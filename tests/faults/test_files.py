"""Files that do not make it: a lost SMB connection, a full disk, hostile images."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import Action, DiskFull, SmbDisconnect
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import (
    AuthenticationError,
    HyperVError,
    ImageError,
    QuotaError,
    TransportError,
)
from openhyperv.files.image_cache import cache_image
from openhyperv.files.progress import Phase, Progress
from openhyperv.files.push import push_file
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.faults.leftovers import assert_nothing_left
from tests.files.pictures import make_image, run
from tests.hyperv.specs import with_disk
from tests.witness import Witness

SIZE = 24 * 1024**2
TARGET = WindowsPath.parse(r"C:\OpenHyperV\images\pushed.vhdx")
_STATUS_DISK_FULL = 0xC000007F


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.vhdx"
    path.write_bytes(os.urandom(SIZE))
    return path


def halfway(act: Callable[[], object]) -> Progress:
    """Acts once, when half has been sent."""
    acted: list[bool] = []

    def progress(phase: Phase, done_bytes: int, total_bytes: int) -> None:
        if phase is Phase.SEND and 2 * done_bytes >= total_bytes and not acted:
            acted.append(True)
            act()

    return progress


@contextmanager
def meddling_halfway(host: Host, witness: Witness, action: Action) -> Iterator[Progress]:
    """The host meddles with its files when half has been sent: a Get at that moment sets off the rule."""
    rule = Rule(action=action, operation=OperationName.GET, count=1)
    with witness.misfortune(rule):
        yield halfway(lambda: host.session.find(system(str(uuid4()))))


def images_on(emulated: EmulatedHost) -> list[str]:
    return sorted(path.name for path in emulated.host.files.local(str(TARGET.parent)).glob("*"))


@shows("C3")
def test_a_push_that_loses_its_connection_goes_on_where_it_was(
    emulated: EmulatedHost, host: Host, witness: Witness, source: Path
) -> None:
    with (
        meddling_halfway(host, witness, SmbDisconnect()) as progress,
        pytest.raises(TransportError) as caught,
    ):
        push_file(host.share, source, TARGET, progress=progress)
    error = caught.value
    assert (error.host, error.retryable) == (emulated.options.address, True)
    assert TARGET.name in (error.target or "")
    assert error.operation
    with Host.connect(target_of(emulated)) as again:
        pushed = push_file(again.share, source, TARGET)
        assert pushed.kept_bytes > 0
        assert pushed.sent_bytes == SIZE - pushed.kept_bytes
        assert emulated.host.files.local(str(TARGET)).read_bytes() == source.read_bytes()
        again.share.remove(TARGET)
    assert [name for name in images_on(emulated) if name.endswith(".part")] == []


def test_a_push_that_fills_the_disk_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, source: Path
) -> None:
    witness = Witness()
    with (
        emulated_host(tmp_path_factory.mktemp("full"), witness, has_files=True) as full,
        Host.connect(target_of(full)) as host,
    ):
        with (
            meddling_halfway(host, witness, DiskFull()) as progress,
            pytest.raises(QuotaError) as caught,
        ):
            push_file(host.share, source, TARGET, progress=progress)
        error = caught.value
        assert (error.host, error.code) == (full.options.address, _STATUS_DISK_FULL)
        assert TARGET.name in (error.target or "")
        assert error.operation
        assert error.remedy
        assert images_on(full) == []


@pytest.mark.parametrize("act", ["create", "delete"])
def test_a_lost_file_connection_is_made_anew(
    emulated: EmulatedHost, host: Host, witness: Witness, act: str
) -> None:
    spec = with_disk("disconnected")
    when = {"create": "CreateVirtualHardDisk", "delete": "DestroySystem"}[act]
    with witness.misfortune(Rule(action=SmbDisconnect(), method=when, count=1)):
        host.create(spec).delete()
    assert_nothing_left(emulated, spec)


def test_a_create_without_files_makes_nothing(emulated: EmulatedHost, witness: Witness) -> None:
    target = target_of(emulated)
    spec = with_disk("fileless")
    with (
        Host.connect(evolve(target, smb_port=1)) as host,
        witness.watching() as seen,
        pytest.raises(HyperVError) as caught,
    ):
        host.create(spec)
    assert caught.value.host == target.host
    assert not [request.method for request in seen if request.method]
    assert_nothing_left(emulated, spec)


def test_files_need_the_password_too(emulated: EmulatedHost) -> None:
    target = evolve(target_of(emulated), password="hunter2")
    with Host.connect(target) as host, pytest.raises(AuthenticationError) as caught:
        host.share.check()
    assert caught.value.host == target.host
    assert caught.value.remedy
    assert "hunter2" not in repr(caught.value)


def _backed(folder: Path) -> Path:
    path = folder / "backed.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", str(path), "1G")
    return path


def _child(folder: Path) -> Path:
    """A VHDX that claims a parent: the bit HasParent of its file parameters is set."""
    path = make_image(folder, "dynamic.vhdx")
    path.write_bytes(path.read_bytes()[: 3 * 1024**2])
    return path


def _damaged(folder: Path) -> Path:
    path = make_image(folder, "dynamic.vhd")
    path.write_bytes(path.read_bytes()[:-700] + b"x" * 700)
    return path


def _lying(folder: Path) -> Path:
    return make_image(folder, "v3.qcow2").rename(folder / "image.vhdx")


@pytest.mark.parametrize("hostile", [_backed, _child, _damaged, _lying])
def test_a_hostile_image_never_reaches_the_host(
    emulated: EmulatedHost, tmp_path: Path, hostile: Callable[[Path], Path]
) -> None:
    image = hostile(tmp_path)
    before = images_on(emulated)
    with Host.connect(target_of(emulated)) as host, pytest.raises(ImageError) as caught:
        cache_image(host.share, image, host.layout.images, declared="vhdx")
    assert str(image) in str(caught.value)
    assert images_on(emulated) == before
