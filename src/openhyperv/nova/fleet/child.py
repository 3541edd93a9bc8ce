"""What becomes of a forked child: Nova's own compute service, of one host."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from attrs import frozen
from nova.cmd import compute

from openhyperv.nova.fleet.members import Member

LOG = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
"""prctl(2)"""
_STATE_MODE = 0o750


@frozen
class ChildSettings:
    """What all children share: Nova's configuration files, and where each has a directory of its own."""

    config_files: tuple[Path, ...]
    state_directory: Path


def launch(settings: ChildSettings, member: Member) -> int:
    """Fork a compute service; its process number. The child never returns.

    The name of the member's file is the service's ``host``; ``state_path`` is a directory of that name, where
    Nova keeps the identity of the host's node. Both go before what files say.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _serve(settings, member, parent)
    return pid


def _serve(settings: ChildSettings, member: Member, parent: int) -> NoReturn:
    status = 1
    try:
        _end_with(parent)
        _be_signalled()
        _configure(settings, member)
        compute.main()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except Exception:
        LOG.exception("The compute service of %s broke down.", member.name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _end_with(parent: int) -> None:
    """Nobody supervises a child whose parent was killed; it ends as if it were told to."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _be_signalled() -> None:
    """Undo what the supervisor did to be the one who waits for signals."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the supervisor says what to do


def _configure(settings: ChildSettings, member: Member) -> None:
    """oslo.config reads the environment before files."""
    state_path = settings.state_directory / member.name
    state_path.mkdir(_STATE_MODE, parents=True, exist_ok=True)
    os.environ |= {"OS_DEFAULT__HOST": member.name, "OS_DEFAULT__STATE_PATH": str(state_path)}
    sys.argv = ["nova-compute", *_arguments((*settings.config_files, member.file))]


def _arguments(files: Sequence[Path]) -> list[str]:
    return [argument for file in files for argument in ("--config-file", str(file))]
