"""``WMI()``: from a moniker to a connection, or to the object that the moniker names."""

from __future__ import annotations

from openhyperv.wire.fault import WbemCode
from openhyperv.wmi.connection import Connection
from openhyperv.wmi.credentials import DEFAULT_AUTHENTICATION, WMIDCOM, target_as
from openhyperv.wmi.failures import failure, wmi_failures
from openhyperv.wmi.hosts import Host
from openhyperv.wmi.instances import WmiObject
from openhyperv.wmi.moniker import DEFAULT_NAMESPACE, LOCAL, parse_moniker
from openhyperv.wmi.namespace import Namespace
from openhyperv.wmi.options import DEFAULT_OPERATION_TIMEOUT
from openhyperv.wmi.paths import with_key_name
from openhyperv.wmi.registry import INSTALLED


def WMI(  # noqa: N802, PLR0917 - the interface
    moniker: str = DEFAULT_NAMESPACE,
    privileges: object = None,  # noqa: ARG001
    locale_name: str | None = None,  # noqa: ARG001
    computer: str = "",
    user: str = "",
    password: str = "",
    user_cert_thumbprint: str = "",
    auth_type: str = DEFAULT_AUTHENTICATION,
    operation_timeout: float | None = None,
    transport: str | None = None,
    protocol: str = WMIDCOM,  # noqa: ARG001
) -> Connection | WmiObject:
    """The connection or the object that a moniker names.

    ``privileges``, ``locale_name`` and ``protocol`` have no effect: WinRM enables the privileges that the
    account has, and carries the connection whatever the protocol is called. ``operation_timeout`` is in
    seconds and holds for each operation. ``computer`` takes the place of the host ``.``; with ``user`` the
    host is reached as that account, instead of the one that was installed for it.

    :raises x_wmi: the moniker or the credentials make no sense, the host does not answer or has no such
        namespace or object
    """
    if user_cert_thumbprint:
        raise failure(WbemCode.NOT_SUPPORTED, "Client certificates are not offered.")
    wanted = parse_moniker(moniker, computer)
    host = _host(wanted.host, user, password, auth_type, transport)
    space = Namespace(host, wanted.namespace, operation_timeout or DEFAULT_OPERATION_TIMEOUT)
    if wanted.path is not None:
        return WmiObject(space, space.get(with_key_name(wanted.path, space.schema)))
    space.check()
    return Connection(space)


def _host(name: str, user: str, password: str, auth_type: str, transport: str | None) -> Host:
    with wmi_failures():
        registry = INSTALLED.current()
    known = registry.target(name)
    is_as_installed = not user and transport is None and auth_type == DEFAULT_AUTHENTICATION
    if is_as_installed or (known is None and name == LOCAL):
        return registry.host(name)
    return registry.host_at(target_as(known, name, user, password, auth_type, transport))
