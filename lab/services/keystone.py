"""Keystone: who is who."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet

from lab.ini import Sections, render
from lab.mariadb import database_url
from lab.ports import Listener
from lab.private_files import write_private
from lab.processes import Processes, Program
from lab.services.sections import REGION, cache, identity_url
from lab.services.web import web_service
from lab.settings import Account, Lab


def _configuration(lab: Lab) -> Path:
    keys = lab.places.data("keystone")
    for repository in ("tokens", "receipts", "credentials"):
        _make_keys(keys / repository)
    path = lab.places.configuration / "keystone" / "keystone.conf"
    sections: Sections = {
        "database": {"connection": database_url(lab, "keystone")},
        "token": {"provider": "fernet"},
        "fernet_tokens": {"key_repository": keys / "tokens"},
        "fernet_receipts": {"key_repository": keys / "receipts"},
        "credential": {"key_repository": keys / "credentials"},
        **cache(lab),
    }
    write_private(path, render(sections))
    return path


def _make_keys(repository: Path) -> None:
    """A key to sign with (1) and the next one (0), as ``keystone-manage fernet_setup`` would leave them."""
    for number in ("0", "1"):
        if not (repository / number).exists():
            write_private(repository / number, Fernet.generate_key().decode())


def sync(lab: Lab, processes: Processes) -> None:
    """Make the tables."""
    _manage(lab, processes, "db_sync")


def bootstrap(lab: Lab, processes: Processes) -> None:
    """Have the administrator, its project and roles, and Keystone's own entry in the catalogue."""
    url = identity_url(lab)
    endpoints = [f"--bootstrap-{interface}-url={url}" for interface in ("admin", "internal", "public")]
    password = {"OS_BOOTSTRAP_PASSWORD": lab.password(Account.ADMIN)}
    _manage(lab, processes, "bootstrap", *endpoints, f"--bootstrap-region-id={REGION}", environment=password)


def _manage(lab: Lab, processes: Processes, *words: str, environment: dict[str, str] | None = None) -> None:
    path = _configuration(lab)
    argv = [lab.places.program("keystone-manage"), f"--config-file={path}", *words]
    processes.run("keystone-manage", argv, environment)


def keystone(lab: Lab) -> Program:
    """The service."""
    path = _configuration(lab)
    return web_service(
        lab, "keystone", "keystone.wsgi.api", Listener.KEYSTONE, "OS_KEYSTONE_CONFIG_DIR", path
    )
