"""Web services: WSGI applications in gunicorn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lab.ports import ADDRESS, Listener
from lab.processes import Program
from lab.settings import Lab
from lab.waiting import answers

_WORKERS = 2
_REQUEST_TIMEOUT_S = 300


def web_service(
    lab: Lab,
    name: str,
    application: str,
    listener: Listener,
    folder: Mapping[str, Path],
    reads: tuple[Path, ...],
) -> Program:
    """``folder`` is the variable, and its value, by which the application finds its configuration."""
    return Program(
        name,
        (
            lab.places.program("gunicorn"),
            f"--name={name}",
            f"--workers={_WORKERS}",
            f"--timeout={_REQUEST_TIMEOUT_S}",
            f"--bind={ADDRESS}:{lab.port(listener)}",
            f"--worker-tmp-dir={lab.places.processes}",
            f"{application}:application",
        ),
        {variable: str(path) for variable, path in folder.items()},
        reads=reads,
        is_ready=lambda: answers(lab.url(listener, "/")),
    )
