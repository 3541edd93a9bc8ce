"""A connection to the database of a host's Open vSwitch (RFC 7047), opened for each piece of work.

What is asked of it is rare and small, so no connection is kept that could die unseen. python-ovs keeps a copy
of the database and connects again by itself; ovsdbapp's own loop around it would wait for ever where the
database goes away under a change, so here is one with a deadline.
"""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from attrs import frozen
from ovs import poller, stream
from ovs.db import idl
from ovsdbapp.backend.ovs_idl import connection as ovsdb
from ovsdbapp.schema.open_vswitch import impl_idl

from openhyperv.errors import CertificateError, DeadlineError, UnreachableError
from openhyperv.nova.open_vswitch.columns import SCHEMA
from openhyperv.nova.open_vswitch.settings import OvsSettings, TlsFiles
from openhyperv.transport.deadline import Deadline

_REMEDY = "See that ovsdb-server listens there (ovs-vsctl get-manager) and that firewalls let it through."
_TLS_FAILURES = (errno.EPROTO, ssl.SSLErrorNumber.SSL_ERROR_SSL)
"""What python-ovs makes of a handshake that fails; the second is the number of an exception of ssl."""
_TLS_REMEDY = "Compare ovsdb_ca_file with who signed its certificate, and its own CA with ours."


class _Database(impl_idl.OvsdbIdl):
    """ovsdbapp's commands on one copy; its own class keeps a single connection for the whole process."""

    ovsdb_connection: Any = None


@frozen
class OvsdbConnection:
    """``commands`` makes commands of ovsdbapp's API; ``copy`` is python-ovs's, of the whole database."""

    settings: OvsSettings
    deadline: Deadline
    copy: Any
    commands: Any

    @property
    def is_whole(self) -> bool:
        """Whether the copy is the database as it is now, as far as is known."""
        return bool(self.copy.state == idl.Idl.IDL_S_MONITORING)

    def wait_until(self, is_so: Callable[[], bool], *, outcome_unknown: bool) -> None:
        """Talk with the database until something is so.

        :raises DeadlineError: it was not in time; ``outcome_unknown`` is the caller's
        """
        while not is_so():
            if not self.deadline.remaining_s:
                raise DeadlineError(
                    f"The database of the host's Open vSwitch did not answer in {self.deadline.given_s:g} s.",
                    target=self.settings.connection,
                    outcome_unknown=outcome_unknown,
                )
            waiting = poller.Poller()
            self.copy.wait(waiting)
            waiting.timer_wait(round(self.deadline.remaining_s * 1000))
            waiting.block()
            self.copy.run()


@contextmanager
def opened(settings: OvsSettings) -> Iterator[OvsdbConnection]:
    """A connection, with a copy of the database as it is now, for ``timeout_s`` from now.

    :raises UnreachableError, CertificateError: it was not reached
    :raises DeadlineError: it did not answer
    """
    deadline = Deadline.after(settings.timeout_s)
    _trust(settings.tls)
    _knock(settings, deadline)
    helper = idl.SchemaHelper(schema_json=SCHEMA)
    helper.register_all()
    with closing(ovsdb.OvsdbIdl(settings.connection, helper)) as copy:
        api = _Database(ovsdb.Connection(copy, settings.timeout_s), start=False)
        connection = OvsdbConnection(settings, deadline, copy, api)
        connection.wait_until(lambda: connection.is_whole, outcome_unknown=False)
        yield connection


def _trust(files: TlsFiles | None) -> None:
    """For the whole process, which runs one host. Who has signed is checked, names are not."""
    if files is not None:
        stream.Stream.ssl_set_ca_cert_file(files.ca_file)
        stream.Stream.ssl_set_certificate_file(files.certificate_file)
        stream.Stream.ssl_set_private_key_file(files.private_key_file)


def _knock(settings: OvsSettings, deadline: Deadline) -> None:
    """Connect once, and say why not: what keeps a connection tries on and on, and does not tell."""
    opening = stream.Stream.open(settings.connection)
    code, opened = stream.Stream.open_block(opening, timeout=round(deadline.remaining_s * 1000))
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
