"""Files inside a guest, through its agent."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from openhyperv.emulator.guests.agent.channel import AgentChannel, AgentRefusal, AgentSilent
from openhyperv.emulator.guests.exchange import FileCopy
from openhyperv.emulator.guests.machine import CopyRefused

_STEP_BYTES = 64 << 10
_PROGRAM_TIMEOUT_S = 60.0
_LOOK_INTERVAL_S = 0.05
_PATH_NOT_FOUND, _FILE_EXISTS, _NOT_READY, _WRITE_FAULT = 3, 80, 21, 29
_TEXTS = {
    _PATH_NOT_FOUND: "The system cannot find the path specified.",
    _FILE_EXISTS: "The file exists.",
}
_PREPARE = f"""
target=$1
[ -d "$target" ] && target=${{target%/}}/$2
[ "$4" = yes ] && mkdir -p "${{target%/*}}/"
[ -d "${{target%/*}}/" ] || exit {_PATH_NOT_FOUND}
[ "$3" = no ] && [ -e "$target" ] && exit {_FILE_EXISTS}
printf %s "$target"
"""
"""Where a file goes: destination, name, whether to overwrite, whether to make folders."""


def copy_into(channel: AgentChannel, copy: FileCopy) -> None:
    """Bring a file into the guest.

    :raises CopyRefused: the guest does not take it, or nobody in it answers
    """
    try:
        target = _prepare(channel, copy)
        with copy.source.open("rb") as source:
            write_file(channel, target, source)
    except AgentSilent as error:
        raise CopyRefused(_NOT_READY, "The device is not ready.") from error
    except AgentRefusal as error:
        raise CopyRefused(_WRITE_FAULT, str(error)) from error


def _prepare(channel: AgentChannel, copy: FileCopy) -> str:
    answers = ["yes" if answer else "no" for answer in (copy.overwrite, copy.create_folders)]
    status, output = run_script(channel, _PREPARE, copy.destination, copy.name, *answers)
    if status:
        raise CopyRefused(status, _TEXTS.get(status, f"The guest's shell ended with {status}."))
    return output


def write_file(channel: AgentChannel, path: str, source: BinaryIO) -> None:
    """Write a file inside the guest, over one that is there.

    :raises AgentRefusal: it cannot be written
    """
    with _opened(channel, path, "w") as handle:
        while data := source.read(_STEP_BYTES):
            channel.execute("guest-file-write", handle=handle, buf_b64=base64.b64encode(data).decode())


def read_file(channel: AgentChannel, path: str) -> bytes:
    """A file inside the guest.

    :raises AgentRefusal: there is none
    """
    content = b""
    with _opened(channel, path, "r") as handle:
        while True:
            part = channel.execute("guest-file-read", handle=handle, count=_STEP_BYTES)
            content += base64.b64decode(part["buf-b64"])
            if part["eof"]:
                return content


@contextmanager
def _opened(channel: AgentChannel, path: str, mode: str) -> Iterator[int]:
    handle = channel.execute("guest-file-open", path=path, mode=mode)
    try:
        yield handle
    finally:
        channel.execute("guest-file-close", handle=handle)


def run_script(channel: AgentChannel, script: str, *arguments: str) -> tuple[int, str]:
    """Have the guest's shell run a script; its exit status and output."""
    words = ["-c", script, "sh", *arguments]
    started = channel.execute("guest-exec", path="/bin/sh", arg=words, capture_output=True)
    deadline_s = time.monotonic() + _PROGRAM_TIMEOUT_S
    while not (ended := channel.execute("guest-exec-status", pid=started["pid"]))["exited"]:
        if time.monotonic() > deadline_s:
            raise AgentSilent("The guest's shell does not end.")
        time.sleep(_LOOK_INTERVAL_S)
    return ended.get("exitcode", -1), base64.b64decode(ended.get("out-data", "")).decode()
