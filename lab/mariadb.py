"""MariaDB with one database for each service."""

from __future__ import annotations

import getpass
from collections.abc import Iterator

from lab.ports import ADDRESS, Listener
from lab.private_files import write_private
from lab.processes import Processes, Program
from lab.settings import Account, Lab
from lab.waiting import listens

DATABASES = ("keystone", "glance", "placement", "nova_api", "nova_cell0", "nova", "neutron")
_USER = "openstack"


def database_url(lab: Lab, database: str) -> str:
    """How services reach a database, as SQLAlchemy wants it."""
    password = lab.password(Account.DATABASE)
    return f"mysql+pymysql://{_USER}:{password}@{ADDRESS}:{lab.port(Listener.MARIADB)}/{database}?charset=utf8mb4"


def install(lab: Lab, processes: Processes) -> None:
    """Make an empty server, whose root may only come through its socket."""
    data = lab.places.data("mariadb")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = getpass.getuser()
    processes.run(
        "mariadb-install",
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--user={user}",
            f"--datadir={data}",
            "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={user}",
            "--skip-test-db",
            "--skip-log-bin",
        ],
    )


def mariadb(lab: Lab) -> Program:
    """The server. Its data survives a crash of the server, not one of the machine."""
    data = lab.places.data("mariadb")
    start_file = lab.places.configuration / "mariadb" / "start.sql"
    write_private(start_file, "".join(f"{statement};\n" for statement in _at_start(lab)))
    port = lab.port(Listener.MARIADB)
    return Program(
        "mariadb",
        (
            "mariadbd",
            "--no-defaults",
            f"--user={getpass.getuser()}",
            f"--datadir={data}",
            f"--init-file={start_file}",
            f"--bind-address={ADDRESS}",
            f"--port={port}",
            "--socket=mariadb.sock",  # in the data folder: a path from the root may be too long for a socket
            f"--pid-file={data}/mariadb.pid",
            "--max-connections=500",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-flush-method=nosync",
            "--innodb-buffer-pool-size=256M",
            "--performance-schema=off",
            "--skip-log-bin",
            "--character-set-server=utf8mb4",
        ),
        reads=(start_file,),
        is_ready=lambda: listens(port),
        stop_timeout_s=60.0,
    )


def _at_start(lab: Lab) -> Iterator[str]:
    """What the server does at every start: a password that changed holds from then on."""
    for database in DATABASES:
        yield f"CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4"
    password = lab.password(Account.DATABASE)
    yield f"CREATE USER IF NOT EXISTS {_USER}@'{ADDRESS}' IDENTIFIED BY '{password}'"
    yield f"ALTER USER {_USER}@'{ADDRESS}' IDENTIFIED BY '{password}'"
    for database in DATABASES:
        yield f"GRANT ALL PRIVILEGES ON {database}.* TO {_USER}@'{ADDRESS}'"
