"""Changes to the database of a host's Open vSwitch: all or none of those that are asked for at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ovs.db import idl
from ovsdbapp.backend.ovs_idl import idlutils

from openhyperv.errors import HyperVError, NotFoundError
from openhyperv.nova.open_vswitch.connection import OvsdbConnection, opened
from openhyperv.nova.open_vswitch.settings import OvsSettings

Compose = Callable[[Any], Iterable[Any]]
"""Makes commands of ovsdbapp's API of the database, which is given as it is now."""
_DONE = (idl.Transaction.SUCCESS, idl.Transaction.UNCHANGED)


def change_database(settings: OvsSettings, compose: Compose) -> None:
    """Make changes to the database, all or none of them.

    They are composed anew where the connection was lost, or somebody else made a change meanwhile. Their end
    is that the database has them. ovs-vsctl waits until ovs-vswitchd has opened every interface; but the port
    of a machine that is off is no interface of Windows yet, and is found by its name once there is one.

    :raises UnreachableError, CertificateError: it was not reached; nothing has changed
    :raises NotFoundError: there is no such bridge; nothing has changed
    :raises DeadlineError: it did not answer; by ``outcome_unknown`` they may be made all the same
    :raises HyperVError: it refuses; nothing has changed
    """
    with opened(settings) as connection:
        while not _commit(connection, compose):
            continue


def _commit(connection: OvsdbConnection, compose: Compose) -> bool:
    """Have the database make the changes; False once it is time to try again."""
    seen, transaction = connection.copy.change_seqno, _composed(connection, compose)
    connection.wait_until(
        lambda: bool(transaction.commit() != idl.Transaction.INCOMPLETE), outcome_unknown=True
    )
    status = transaction.commit()
    if status == idl.Transaction.TRY_AGAIN:
        connection.wait_until(
            lambda: connection.is_whole and bool(connection.copy.change_seqno != seen), outcome_unknown=True
        )
    elif status not in _DONE:
        raise HyperVError(
            f"The database of the host's Open vSwitch refuses: {transaction.get_error()}.",
            target=connection.settings.connection,
        )
    return status in _DONE


def _composed(connection: OvsdbConnection, compose: Compose) -> Any:
    """A transaction of python-ovs that is to be committed."""
    commands = list(compose(connection.commands))
    transaction = idl.Transaction(connection.copy)
    transaction.expected_ifaces = set()  # where ovsdbapp notes what ovs-vsctl would wait for
    try:
        for command in commands:
            command.run_idl(transaction)
    except idlutils.RowNotFound as error:
        raise NotFoundError(
            f"The host's Open vSwitch lacks something: {error}.",
            target=connection.settings.connection,
            remedy="Make the bridge that Neutron names, or correct ovs_bridge in [neutron].",
        ) from error
    return transaction
