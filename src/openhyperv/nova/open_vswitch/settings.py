"""How the Open vSwitch of a host is reached, from the service's configuration."""

from __future__ import annotations

import re
import ssl

from attrs import field, frozen
from oslo_config import cfg

from openhyperv.errors import InvalidInputError

_CONNECTION = re.compile(r"(tcp|ssl):(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):\d+")
"""As ovsdb(7) has it, section "Connection Methods"; services have no use for the passive ones."""


@frozen
class TlsFiles:
    """PEM files: who may have signed the database's certificate, and what we show it."""

    ca_file: str
    certificate_file: str
    private_key_file: str = field(repr=False)


@frozen
class OvsSettings:
    """A host with Open vSwitch: ``switch`` is Hyper-V's, on which the extension is enabled.

    ``connection`` is the database's, ``timeout_s`` for whatever is asked of it. Without ``tls`` it is tcp.
    """

    switch: str
    connection: str
    timeout_s: float
    tls: TlsFiles | None = None


def ovs_settings_of(conf: cfg.ConfigOpts) -> OvsSettings | None:
    """The host's Open vSwitch; None where it has none.

    :raises InvalidInputError: one option lacks another, or a value is of the wrong kind
    """
    given = conf.openhyperv
    if not given.ovs_switch and not given.ovsdb_connection:
        return None
    if not given.ovs_switch or not given.ovsdb_connection:
        raise InvalidInputError(
            "A host with Open vSwitch needs both ovs_switch and ovsdb_connection.",
            remedy="Set both in the group [openhyperv], or neither.",
        )
    if _CONNECTION.fullmatch(given.ovsdb_connection) is None:
        raise InvalidInputError(
            "A database of Open vSwitch is named as ssl:ADDRESS:PORT or tcp:ADDRESS:PORT.",
            target=given.ovsdb_connection,
        )
    tls = _tls_files(conf) if given.ovsdb_connection.startswith("ssl:") else None
    return OvsSettings(given.ovs_switch, given.ovsdb_connection, given.ovsdb_timeout, tls)


def _tls_files(conf: cfg.ConfigOpts) -> TlsFiles:
    given = conf.openhyperv
    files = (given.ovsdb_ca_file, given.ovsdb_certificate_file, given.ovsdb_private_key_file)
    if not all(files):
        raise InvalidInputError(
            "TLS with a database of Open vSwitch needs a certificate on both sides.",
            target=given.ovsdb_connection,
            remedy="Set ovsdb_ca_file, ovsdb_certificate_file and ovsdb_private_key_file.",
        )
    found = TlsFiles(*files)
    _check(found)
    return found


def _check(files: TlsFiles) -> None:
    """See that they can be used, as a connection would only say that it failed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(files.ca_file)
        context.load_cert_chain(files.certificate_file, files.private_key_file)
    except OSError as error:
        names = f"{files.ca_file}, {files.certificate_file}"
        raise InvalidInputError(
            f"A certificate for the database of Open vSwitch, or its key, cannot be used: {error}.",
            target=names,
        ) from error
