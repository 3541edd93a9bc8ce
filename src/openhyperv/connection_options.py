"""How a service that reads an oslo.config file is told to reach a Hyper-V host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from oslo_config import cfg

from openhyperv.errors import InvalidInputError
from openhyperv.transport.target import AuthenticationMethod, Target, Transport

Given: TypeAlias = Callable[[str], Any]
"""The value of an option by its name; None where it is not set."""

CONNECTION_OPTIONS = [
    cfg.StrOpt("address", help="Name or IP address of the Hyper-V host; the name that Kerberos knows it by."),
    cfg.StrOpt(
        "transport",
        default=Transport.HTTP.value,
        choices=[each.value for each in Transport],
        help="What carries WS-Management. Over http every message is sealed by the authentication.",
    ),
    cfg.PortOpt("port", help="The WinRM listener's port; 5985 for http and 5986 for https if unset."),
    cfg.StrOpt("username", help="The account, such as USER@REALM. Unset: whoever holds the Kerberos ticket."),
    cfg.StrOpt("password", secret=True, help="The account's password; password_file keeps it out of here."),
    cfg.StrOpt(
        "password_file", help="A file whose first line is the password, readable by the service only."
    ),
    cfg.StrOpt("ca_file", help="Certificates that the host's is checked against; the system's if unset."),
    cfg.StrOpt(
        "authentication",
        default=AuthenticationMethod.NEGOTIATE.value,
        choices=[each.value for each in AuthenticationMethod],
        help="How the account is proved. basic is refused outside https.",
    ),
    cfg.PortOpt("smb_port", default=445, help="The port of the host's file service."),
]


def read_target(given: Given) -> Target:
    """The host that the options name.

    :raises InvalidInputError: no address is given, or a value is of the wrong kind
    """
    if not given("address"):
        raise InvalidInputError("No Hyper-V host is given.", remedy="Set address in the group [openhyperv].")
    transport = Transport(given("transport"))
    return Target(
        host=given("address"),
        transport=transport,
        port=given("port") or transport.default_port,
        username=given("username"),
        password=_password(given),
        ca_file=Path(given("ca_file")) if given("ca_file") else None,
        authentication=AuthenticationMethod(given("authentication")),
        smb_port=given("smb_port"),
    )


def _password(given: Given) -> str | None:
    if not given("password_file"):
        password: str | None = given("password")
        return password
    try:
        return Path(given("password_file")).read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        message = f"The password cannot be read: {error}."
        raise InvalidInputError(message, target=given("password_file")) from error
