"""Targets for credentials that a caller gives with a moniker, in PyMI's words."""

from __future__ import annotations

from attrs import evolve

from openhyperv.transport.target import AuthenticationMethod, Target, Transport
from openhyperv.wire.fault import WbemCode
from openhyperv.wmi.failures import failure, wmi_failures

DEFAULT_AUTHENTICATION = "Default"
WMIDCOM, WINRM = "WMIDCOM", "WINRM"

_METHODS = {
    "negowithcredentials": AuthenticationMethod.NEGOTIATE,
    "negonocredentials": AuthenticationMethod.NEGOTIATE,
    "kerberos": AuthenticationMethod.KERBEROS,
    "ntlmdomain": AuthenticationMethod.NTLM,
    "basic": AuthenticationMethod.BASIC,
}
"""MI's names for ways to authenticate (Microsoft, "MI_DestinationOptions_AddDestinationCredentials")."""


def target_as(
    known: Target | None, host: str, user: str, password: str, auth_type: str, transport: str | None
) -> Target:
    """The target of a host for an account: at the known one's address, or at the host's standard listener.

    ``user`` is ``DOMAIN\\user``, ``DOMAIN/user`` or ``user@DOMAIN``; without one, the known account is meant.

    :raises x_wmi: the parts make no target
    """
    with wmi_failures():
        base = known or Target(host)
        carrier = _transport(transport, base)
        return evolve(
            base,
            transport=carrier,
            port=base.port if carrier is base.transport else carrier.default_port,
            username=user.replace("/", "\\", 1) if user else base.username,
            password=password if user else base.password,
            authentication=_method(auth_type, base),
        )


def _transport(name: str | None, base: Target) -> Transport:
    if name is None:
        return base.transport
    try:
        return Transport(name.lower())
    except ValueError:
        raise failure(WbemCode.INVALID_PARAMETER, f"The transport is HTTP or HTTPS, not {name}.") from None


def _method(auth_type: str, base: Target) -> AuthenticationMethod:
    if auth_type == DEFAULT_AUTHENTICATION:
        return base.authentication
    method = _METHODS.get(auth_type.lower())
    if method is None:
        raise failure(WbemCode.NOT_SUPPORTED, f"WinRM from here does not authenticate by {auth_type}.")
    return method
