"""Web services: WSGI applications in gunicorn."""

from __future__ import annotations

import shlex
from pathlib import Path

from lab.ports import ADDRESS, Listener
from lab.private_files import write_private
from lab.processes import Program
from lab.settings import Lab
from lab.waiting import answers

_WORKERS = 2
_REQUEST_TIMEOUT_S = 300


def web_service(
    lab: Lab, name: str, application: str, listener: Listener, variable: str, *configuration: Path
) -> Program:
    """``variable`` is where the application looks for the folder of its first file of ``configuration``.

    gunicorn's own settings are in a file, since some applications take its command line for theirs.
    """
    settings = {
        "wsgi_app": f"{application}:application",
        "bind": f"{ADDRESS}:{lab.port(listener)}",
        "workers": _WORKERS,
        "timeout": _REQUEST_TIMEOUT_S,
        "worker_tmp_dir": str(lab.places.processes),
    }
    path = configuration[0].parent / f"{name}.gunicorn.py"
    write_private(path, "".join(f"{key} = {value!r}\n" for key, value in settings.items()))
    return Program(
        name,
        (lab.places.program("gunicorn"),),
        {variable: str(path.parent), "GUNICORN_CMD_ARGS": f"--config={shlex.quote(str(path))}"},
        reads=(*configuration, path),
        is_ready=lambda: answers(lab.url(listener, "/")),
    )
