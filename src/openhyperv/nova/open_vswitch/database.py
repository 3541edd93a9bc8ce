"""The database of a host's Open vSwitch (RFC 7047), by ovsdbapp: opened for each piece of work.

What is asked of it is rare and small, so no connection is kept that could die unseen.
"""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ovs import stream
from ovs.db import idl
from ovsdbapp import exceptions
from ovsdbapp.backend.ovs_idl import connection as ovsdb
from ovsdbapp.backend.ovs_idl import idlutils
from ovsdbapp.schema.open_vswitch import impl_idl

from openhyperv.errors import CertificateError, DeadlineError, HyperVError, NotFoundError, UnreachableError
from openhyperv.nova.open_vswitch.columns import SCHEMA
from openhyperv.nova.open_vswitch.settings import OvsSettings, TlsFiles

_REMEDY = "See that ovsdb-server listens there (ovs-vsctl get-manager) and that firewalls let it through."
_TLS_FAILURES = (errno.EPROTO, ssl.SSLErrorNumber.SSL_ERROR_SSL)
"""What python-ovs makes of a handshake that fails; the second is the number of an exception of ssl."""
_TLS_REMEDY = "Compare ovsdb_ca_file with who signed its certificate, and its own CA with ours."


class _Transaction(impl_idl.OvsVsctlTransaction):
    """One whose end is that the database has it.

    ovs-vsctl waits until ovs-vswitchd has opened every interface. The port of a machine that is off is no
    interface of Windows yet, and is found by its name once there is one.
    """

    def do_post_commit(self, txn: Any) -> None:
        """Wait for nothing else."""


class _Database(impl_idl.OvsdbIdl):
    """ovsdbapp's calls on one connection; its own class keeps a single one for the whole process."""

    ovsdb_connection: Any = None

    def create_transaction(
        self, check_error: bool = False, log_errors: bool = True, **_: Any
    ) -> _Transaction:
        """What every call is part of."""
        return _Transaction(self, self.ovsdb_connection, check_error=check_error, log_errors=log_errors)


Compose = Callable[[Any], Iterable[Any]]
"""Makes commands of ovsdbapp's API of the database, which is given."""


def change_database(settings: OvsSettings, compose: Compose) -> None:
    """Make changes to the database, all or none of them.

    :raises UnreachableError, CertificateError: it was not reached; nothing has changed
    :raises NotFoundError: there is no such bridge; nothing has changed
    :raises DeadlineError: it does not answer any more
    """
    with _told(settings), _opened(settings) as database:
        commands = list(compose(database))
        with database.transaction(check_error=True, log_errors=False) as transaction:
            for command in commands:
                transaction.add(command)


@contextmanager
def _opened(settings: OvsSettings) -> Iterator[Any]:
    _trust(settings.tls)
    _knock(settings)
    helper = idl.SchemaHelper(schema_json=SCHEMA)
    helper.register_all()
    connection = ovsdb.Connection(ovsdb.OvsdbIdl(settings.connection, helper), settings.timeout_s)
    try:
        yield _Database(connection)
    finally:
        connection.stop(settings.timeout_s)
        connection.idl.close()  # which one that never came about needs


def _trust(files: TlsFiles | None) -> None:
    """For the whole process, which runs one host. Who has signed is checked, names are not."""
    if files is not None:
        stream.Stream.ssl_set_ca_cert_file(files.ca_file)
        stream.Stream.ssl_set_certificate_file(files.certificate_file)
        stream.Stream.ssl_set_private_key_file(files.private_key_file)


def _knock(settings: OvsSettings) -> None:
    """Connect once, and say why not: what keeps a connection tries on and on, and does not tell."""
    opening = stream.Stream.open(settings.connection)
    code, opened = stream.Stream.open_block(opening, timeout=round(settings.timeout_s * 1000))
    if opened is not None:
        opened.close()
    if code in _TLS_FAILURES and settings.tls is not None:
        raise CertificateError(
            "The database of the host's Open vSwitch and we do not accept each other's certificates.",
            target=settings.connection,
            remedy=_TLS_REMEDY,
        )
    if code:
        raise UnreachableError(
            f"The database of the host's Open vSwitch is not reached: {os.strerror(code)}.",
            target=settings.connection,
            remedy=_REMEDY,
        )


@contextmanager
def _told(settings: OvsSettings) -> Iterator[None]:
    """ovsdbapp's exceptions as ours; each of its own is a RuntimeError."""
    try:
        yield
    except idlutils.RowNotFound as error:
        raise NotFoundError(
            f"The host's Open vSwitch lacks something: {error}.",
            target=settings.connection,
            remedy="Make the bridge that Neutron names, or correct ovs_bridge in [neutron].",
        ) from error
    except (exceptions.OvsdbConnectionUnavailable, exceptions.TimeoutException) as error:
        raise DeadlineError(
            f"The database of the host's Open vSwitch did not answer in {settings.timeout_s:g} s.",
            target=settings.connection,
            outcome_unknown=True,
        ) from error
    except RuntimeError as error:
        raise HyperVError(
            f"The database of the host's Open vSwitch refuses: {error}.", target=settings.connection
        ) from error
