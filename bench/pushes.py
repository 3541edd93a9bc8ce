"""An image pushed by us and put by Samba's own client, in turns, onto the same host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from attrs import frozen

from bench.emulated import RunningHost, running_host
from bench.results import SpeedResult, at_least, at_most
from bench.scale import Scale
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import share_settings_of

_MIB = 1 << 20
_NAME = "pushed.vhdx"
_TIMEOUT_S = 600.0


@frozen
class _Pushed:
    seconds: float
    peak_kib: int


def measure_pushes(scale: Scale, folder: Path) -> Iterator[SpeedResult]:
    """MiB per second of both, and the memory that ours takes at its worst."""
    image = folder / "image.raw"
    _write_noise(image, scale.image_bytes)
    ours: list[_Pushed] = []
    theirs_s: list[float] = []
    with running_host(folder) as running, HostFiles(share_settings_of(running.target)) as files:
        for _ in range(scale.pushes):
            ours.append(_push(running, image))
            files.remove(WindowsPath.parse(f"C:\\{_NAME}"))
            theirs_s.append(_put(running, image, folder / "account"))
            files.remove(WindowsPath.parse(f"C:\\{_NAME}"))
    yield from _results(scale, ours, theirs_s)


def _write_noise(path: Path, size_bytes: int) -> None:
    """Content that nothing can compress or leave out."""
    noise = Random(1)  # noqa: S311  # noise for a disk image, not a secret
    with path.open("wb") as file:
        for _ in range(size_bytes // _MIB):
            file.write(noise.randbytes(_MIB))


def _push(running: RunningHost, image: Path) -> _Pushed:
    command = [sys.executable, "-m", "bench.push_alone", str(image), f"C:\\{_NAME}"]
    environment = {**os.environ, **running.environment}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, timeout=_TIMEOUT_S)
    return _Pushed(**json.loads(done.stdout))


def _put(running: RunningHost, image: Path, account: Path) -> float:
    target = running.target
    account.touch(0o600)
    account.write_text(f"username = {target.username}\npassword = {target.password}\n", "utf-8")
    command = ["smbclient", f"//{target.host}/C$", "-p", str(target.smb_port), "-A", str(account)]
    command += ["-c", f'put "{image}" {_NAME}']
    started_s = perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
    return perf_counter() - started_s


def _results(scale: Scale, ours: list[_Pushed], theirs_s: list[float]) -> Iterator[SpeedResult]:
    size_mib = scale.image_bytes / _MIB
    ratio = median(theirs / push.seconds for push, theirs in zip(ours, theirs_s, strict=True))
    yield SpeedResult(
        "push of an image",
        size_mib / median(push.seconds for push in ours),
        "MiB/s",
        scale.pushes,
        at_least(300),
        f"{ratio:.2f} times smbclient's; {size_mib:,.0f} MiB of noise, hashed before and while it is sent",
    )
    yield SpeedResult(
        "smbclient put of the same image",
        size_mib / median(theirs_s),
        "MiB/s",
        scale.pushes,
        remark="in turns with ours, its start and log-on included; hashes nothing",
    )
    yield SpeedResult(
        "memory of the pushing process at its worst",
        max(push.peak_kib for push in ours) / 1024,
        "MiB",
        scale.pushes,
        at_most(64),
        "interpreter and openhyperv.files included",
    )
