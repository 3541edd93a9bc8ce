"""From any accepted image to what Hyper-V runs, by qemu-img under limits."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import IO

from attrs import frozen

from openhyperv.errors import (
    ConflictError,
    DeadlineError,
    ImageError,
    InvalidInputError,
    UnsupportedError,
    error_context,
)
from openhyperv.files.images.info import ImageFormat, ImageInfo
from openhyperv.files.images.inspection import inspect_image
from openhyperv.files.progress import Phase, Progress, no_progress

_OPERATION = "convert image"
_MIB = 1024**2
_VHDX_BLOCK_BYTES = 2 * _MIB
_VHDX_MOST_BLOCKS = 2**20

# QEMU starts up to 64 threads; by default each reserves 8 MiB of stack and 128 MiB for a heap of its own.
_STACK_BYTES = 2 * _MIB
_ENVIRONMENT = {"LC_ALL": "C", "MALLOC_ARENA_MAX": "2"}

# qemu-img's names of the formats; ISO is read as the raw disc that it is.
_DRIVERS: Mapping[ImageFormat, str] = {
    ImageFormat.VHD: "vpc",
    ImageFormat.VHDX: "vhdx",
    ImageFormat.QCOW2: "qcow2",
    ImageFormat.VMDK: "vmdk",
    ImageFormat.RAW: "raw",
    ImageFormat.ISO: "raw",
}
_PERCENT = re.compile(rb"\((\d+\.\d+)/100%\)")


@frozen
class ConversionLimits:
    """What one conversion may use. The output may also not be much larger than the disk inside."""

    cpu_s: int = 3600
    memory_bytes: int = 1024**3
    deadline_s: float = 7200.0


def convert_image(
    source: Path,
    target: Path,
    target_format: ImageFormat,
    *,
    declared: str | None = None,
    limits: ConversionLimits | None = None,
    progress: Progress = no_progress,
) -> ImageInfo:
    """Make a dynamic VHDX or VHD of an image; returns what the target is.

    The source is inspected first, and the target after. The target appears whole or not at all; its disk has
    exactly the size of the source's.

    :raises ImageError: the source is refused, or qemu-img cannot read it
    :raises InvalidInputError: the target is to be neither VHDX nor VHD
    :raises ConflictError: there is a ``target`` already
    :raises DeadlineError: it takes more time than allowed
    :raises UnsupportedError: qemu-img or prlimit is not installed
    """
    with error_context(target=str(source), operation=_OPERATION):
        if target_format not in (ImageFormat.VHDX, ImageFormat.VHD):
            raise InvalidInputError(f"Hyper-V does not run machines from {target_format}.")
        info = inspect_image(source, declared)
        with _appearing(target.absolute()) as unfinished:
            command = _command(source, info, unfinished, target_format, limits or ConversionLimits())
            _run(command, (limits or ConversionLimits()).deadline_s, info.virtual_size_bytes, progress)
            return _checked(unfinished, target_format, info)


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A temporary file beside the target, that becomes the target at the end of the block."""
    if target.exists():
        raise ConflictError("There is such a file already.", target=str(target))
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise InvalidInputError(f"The target cannot be written: {error}", target=str(target)) from error
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _command(
    source: Path, info: ImageInfo, unfinished: Path, target_format: ImageFormat, limits: ConversionLimits
) -> list[str]:
    prlimit, qemu_img = _program("prlimit", "util-linux"), _program("qemu-img", "qemu-utils")
    output_bytes = info.virtual_size_bytes + info.virtual_size_bytes // 64 + 64 * _MIB
    return [
        prlimit,
        f"--as={limits.memory_bytes}",
        f"--cpu={limits.cpu_s}",
        f"--fsize={output_bytes}",
        f"--stack={_STACK_BYTES}",
        "--core=0",
        qemu_img,
        "convert",
        "-p",
        "-O",
        _DRIVERS[target_format],
        "-o",
        _options(target_format, info.virtual_size_bytes),
        "json:" + json.dumps(_source_node(source.absolute(), info.format)),
        str(unfinished),
    ]


def _program(name: str, package: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise UnsupportedError(f"{name} is not installed here.", remedy=f"Install the package {package}.")
    return path


def _source_node(source: Path, source_format: ImageFormat) -> dict[str, object]:
    """The image for QEMU, with format and protocol named: nothing is guessed, or fetched from a network."""
    node: dict[str, object] = {
        "driver": _DRIVERS[source_format],
        "read-only": True,
        "file": {"driver": "file", "filename": str(source), "read-only": True},
    }
    if source_format is ImageFormat.VHD:
        node["force_size_calc"] = "current_size"  # else QEMU may believe the geometry, which is rounded
    return node


def _options(target_format: ImageFormat, size_bytes: int) -> str:
    if target_format is ImageFormat.VHD:
        return "subformat=dynamic,force_size=on"
    block_bytes = _VHDX_BLOCK_BYTES
    while size_bytes > block_bytes * _VHDX_MOST_BLOCKS:
        block_bytes *= 2
    return f"subformat=dynamic,block_size={block_bytes}"


def _run(command: list[str], deadline_s: float, size_bytes: int, progress: Progress) -> None:
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd="/",
            env=_ENVIRONMENT,
        ) as process,
    ):
        try:
            _follow(process, time.monotonic() + deadline_s, size_bytes, progress)
        finally:
            process.kill()
        _check_end(process.wait(), errors)


def _follow(process: subprocess.Popen[bytes], deadline: float, size_bytes: int, progress: Progress) -> None:
    """Pass progress on until the output ends, which it does with the process."""
    if process.stdout is None:
        return
    descriptor, unread = process.stdout.fileno(), b""
    while select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        data = os.read(descriptor, 4096)
        if not data:
            return
        unread = (unread + data)[-4096:]
        if found := _PERCENT.findall(unread):
            progress(Phase.CONVERT, int(size_bytes * float(found[-1]) / 100), size_bytes)
            unread = unread.rpartition(found[-1])[2]
    raise DeadlineError("The conversion took more time than it was given.")


def _check_end(status: int, errors: IO[bytes]) -> None:
    if status == 0:
        return
    if status == -signal.SIGXCPU:
        raise DeadlineError("The conversion took more processor time than it was given.")
    if status == -signal.SIGXFSZ:
        raise ImageError("The image becomes much larger than the disk that it claims to hold.")
    errors.seek(0)
    text = errors.read(4096).decode(errors="replace").strip() or f"it ended with {status}"
    raise ImageError(f"qemu-img cannot convert it: {text}", remedy="Make the image again from its source.")


def _checked(target: Path, target_format: ImageFormat, source: ImageInfo) -> ImageInfo:
    info = inspect_image(target, target_format.value)
    if info.virtual_size_bytes != source.virtual_size_bytes:
        raise ImageError(
            f"qemu-img made a disk of {info.virtual_size_bytes} bytes of one of {source.virtual_size_bytes}.",
            remedy="Report this with the version of qemu-img.",
        )
    return info
