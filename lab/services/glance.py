"""Glance: the images, in files."""

from __future__ import annotations

from pathlib import Path

from lab.ini import Sections, render
from lab.mariadb import database_url
from lab.ports import ADDRESS, Listener
from lab.private_files import write_private
from lab.processes import Processes, Program
from lab.services.sections import checking_tokens
from lab.services.web import web_service
from lab.settings import Account, Lab

_DISK_FORMATS = ("ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop")


def _configuration(lab: Lab) -> Path:
    path = lab.places.configuration / "glance" / "glance-api.conf"
    data = lab.places.data("glance")
    sections: Sections = {
        "DEFAULT": {
            "enabled_backends": "files:file",
            "bind_host": ADDRESS,
            "worker_self_reference_url": lab.url(Listener.GLANCE),
        },
        "glance_store": {"default_backend": "files"},
        "files": {"filesystem_store_datadir": data / "images"},
        "os_glance_staging_store": {"filesystem_store_datadir": data / "staging"},
        "os_glance_tasks_store": {"filesystem_store_datadir": data / "tasks"},
        "database": {"connection": database_url(lab, "glance")},
        "paste_deploy": {
            "flavor": "keystone",
            "config_file": lab.places.venv / "etc/glance/glance-api-paste.ini",
        },
        "image_format": {"disk_formats": _DISK_FORMATS},
        **checking_tokens(lab, Account.GLANCE),
    }
    write_private(path, render(sections))
    return path


def sync(lab: Lab, processes: Processes) -> None:
    """Make the tables."""
    argv = [lab.places.program("glance-manage"), f"--config-file={_configuration(lab)}", "db", "sync"]
    processes.run("glance-manage", argv)


def glance(lab: Lab) -> Program:
    """The service."""
    for folder in ("images", "staging", "tasks"):
        (lab.places.data("glance") / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _configuration(lab)
    return web_service(lab, "glance", "glance.wsgi.api", Listener.GLANCE, "OS_GLANCE_CONFIG_DIR", path)
