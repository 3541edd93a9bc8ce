"""Whether a switch can promise a port the bandwidth that it is to have, known before anything is touched."""

from __future__ import annotations

from collections.abc import Iterable

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError, error_context
from openhyperv.hyperv.switches.finding import VirtualSwitch, list_switches
from openhyperv.hyperv.switches.names import settings_id
from openhyperv.machine.port import PortBandwidth
from openhyperv.machine.rules.port_bandwidth import check_promise
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import equal


def demand_promise(
    session: Session,
    switch: ObjectPath,
    bandwidth: PortBandwidth | None,
    known: Iterable[VirtualSwitch] = (),
) -> None:
    """Refuse a minimum or a weight that a switch, which is ``known`` or takes a query, has no mode for.

    What promises nothing is not asked about.

    :raises BrokenRuleError: the switch promises bandwidth otherwise, or not at all
    :raises NotFoundError: there is no such switch
    """
    if bandwidth is None or not (bandwidth.minimum_bps or bandwidth.weight):
        return
    guid = str(switch.key("Name")).upper()
    found = next((each for each in known if each.guid == guid), None) or _read(session, guid)
    with error_context(host=session.host):
        check_promise(bandwidth, found.bandwidth_mode, found.name)


def _read(session: Session, guid: str) -> VirtualSwitch:
    found = next(list_switches(session, equal("InstanceID", settings_id(guid))), None)
    if found is None:
        raise NotFoundError("There is no such virtual switch.", host=session.host, target=guid)
    return found
