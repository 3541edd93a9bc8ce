"""Network adapters: how many, and what may be said about each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import evolve

from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.limits import limits_of
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.rules.texts import check_text
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule

_SEPARATORS = re.compile("[:.-]")
_VLAN_IDS = range(1, 4095)


def network_adapters_of(
    wanted: Sequence[NetworkAdapter], generation: Generation, host: HostVersion
) -> tuple[NetworkAdapter, ...]:
    """The adapters with their MAC addresses in Hyper-V's form.

    :raises BrokenRuleError: too many, two of one name or MAC address, a bad MAC address or VLAN
    """
    most = limits_of(host, generation).network_adapters
    if len(wanted) > most:
        raise _violation(f"{len(wanted)} network adapters; a host {host} gives a machine {most}.")
    adapters = tuple(_adapter(each) for each in wanted)
    _unique([each.name for each in adapters], "name")
    _unique([each.mac_address for each in adapters if each.mac_address], "MAC address")
    return adapters


def _adapter(wanted: NetworkAdapter) -> NetworkAdapter:
    check_text("network adapter", wanted.name)
    if not wanted.name:
        raise _violation("A network adapter has a name.")
    if wanted.vlan_id is not None and wanted.vlan_id not in _VLAN_IDS:
        raise _violation(f"VLAN {wanted.vlan_id} is not one of 1 to 4094.", wanted.name)
    if wanted.vlan_id is not None and wanted.switch is None:
        raise _violation("A VLAN needs a switch that the adapter is connected to.", wanted.name)
    mac_address = None if wanted.mac_address is None else _mac_address(wanted.mac_address, wanted.name)
    return evolve(wanted, mac_address=mac_address)


def _mac_address(text: str, adapter: str) -> str:
    digits = _SEPARATORS.sub("", text).upper()
    if not re.fullmatch("[0-9A-F]{12}", digits):
        raise _violation(f"{text!r} is no MAC address of 12 hexadecimal digits.", adapter)
    if int(digits[:2], 16) & 1 or int(digits, 16) == 0:
        raise _violation(f"{text!r} is not the MAC address of one adapter.", adapter)
    return digits


def _unique(values: Sequence[str], what: str) -> None:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise _violation(f"Two network adapters have the {what} {twice!r}.")


def _violation(message: str, subject: str = "network adapters") -> BrokenRuleError:
    return BrokenRuleError(Rule.NETWORK_ADAPTER, subject, message)
