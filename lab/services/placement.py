"""Placement: how much of what every host has."""

from __future__ import annotations

from pathlib import Path

from lab.ini import Sections, render
from lab.mariadb import database_url
from lab.ports import Listener
from lab.private_files import write_private
from lab.processes import Processes, Program
from lab.services.sections import checking_tokens
from lab.services.web import web_service
from lab.settings import Account, Lab


def _configuration(lab: Lab) -> Path:
    path = lab.places.configuration / "placement" / "placement.conf"
    sections: Sections = {
        "api": {"auth_strategy": "keystone"},
        "placement_database": {"connection": database_url(lab, "placement")},
        **checking_tokens(lab, Account.PLACEMENT),
    }
    write_private(path, render(sections))
    return path


def sync(lab: Lab, processes: Processes) -> None:
    """Make the tables."""
    argv = [lab.places.program("placement-manage"), f"--config-file={_configuration(lab)}", "db", "sync"]
    processes.run("placement-manage", argv)


def placement(lab: Lab) -> Program:
    """The service."""
    path = _configuration(lab)
    return web_service(
        lab, "placement", "placement.wsgi.api", Listener.PLACEMENT, "OS_PLACEMENT_CONFIG_DIR", path
    )
