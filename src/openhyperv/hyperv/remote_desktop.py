"""Where a machine's screen can be seen by the Remote Desktop Protocol, which Hyper-V serves itself."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.values import number
from openhyperv.wire.wql import select


@frozen
class RemoteDesktop:
    """What an RDP client needs: the host's address, its port, and the machine's GUID as preconnection blob
    ([MS-RDPEPS])."""

    address: str
    port: int
    guid: str


def read_remote_desktop(session: Session, guid: str) -> RemoteDesktop:
    """Where to connect to, in one query; whether the machine is there is not looked at.

    :raises NotFoundError: the host has no terminal service for machines
    """
    settings = next(session.query(select("Msvm_TerminalServiceSettingData", "ListenerPort")), None)
    if settings is None:
        raise NotFoundError("The host serves no screens by RDP.", host=session.host)
    return RemoteDesktop(session.host, number(settings, "ListenerPort"), guid)
