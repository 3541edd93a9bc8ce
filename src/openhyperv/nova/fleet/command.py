"""``openhyperv-fleet``: the command."""

from __future__ import annotations

import argparse
import functools
import logging
from pathlib import Path

from openhyperv.errors import HyperVError
from openhyperv.nova.fleet.preloading import preload
from openhyperv.nova.fleet.supervisor import Supervisor

_GRACE_S = 200.0
"""More than Nova's own graceful_shutdown_timeout, which is 180 s."""


def main() -> None:
    """Run until a signal says otherwise."""
    given = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s openhyperv-fleet %(message)s")
    try:
        preload(given.config_file)
        from openhyperv.nova.fleet.child import ChildSettings, launch  # noqa: PLC0415 - imports Nova

        settings = ChildSettings(tuple(given.config_file), given.state_dir)
        Supervisor(given.hosts_dir, functools.partial(launch, settings), given.grace).run()
    except HyperVError as error:
        raise SystemExit(f"openhyperv-fleet: {error}") from error


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Run one nova-compute for each file <host>.conf of a directory, from one parent process.",
        epilog="SIGHUP reads the directory again. SIGTERM ends all services, then the parent.",
    )
    parser.add_argument(
        "--config-file",
        type=Path,
        action="append",
        required=True,
        help="Nova's configuration, for all hosts; may be repeated",
    )
    parser.add_argument(
        "--hosts-dir",
        type=_directory,
        required=True,
        help="the directory of the hosts' files, such as hv1.conf",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=Path("/var/lib/openhyperv"),
        help="where each host has its state_path, under its name; %(default)s if left out",
    )
    parser.add_argument(
        "--grace",
        type=float,
        default=_GRACE_S,
        metavar="SECONDS",
        help="how long a service may take to end; %(default)g if left out",
    )
    return parser.parse_args()


def _directory(text: str) -> Path:
    path = Path(text)
    if path.is_dir():
        return path
    raise argparse.ArgumentTypeError(f"{text} is not a directory")
