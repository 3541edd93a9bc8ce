"""Network adapters: how many, and what may be said about each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import evolve

from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.limits import limits_of
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import PortSpec
from openhyperv.machine.rules.ports import check_port
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.rules.texts import check_text
from openhyperv.machine.rules.vlans import VLAN_IDS
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule

_SEPARATORS = re.compile("[:.-]")


def network_adapters_of(
    wanted: Sequence[NetworkAdapter], generation: Generation, host: HostVersion
) -> tuple[NetworkAdapter, ...]:
    """The adapters with their MAC addresses in Hyper-V's form.

    :raises BrokenRuleError: too many, two of one name or MAC address, a bad MAC address, VLAN or bandwidth,
        or something about the port of an adapter that has none
    :raises UnsupportedError: the host cannot tell guests the names of adapters
    """
    most = limits_of(host, generation).network_adapters
    if len(wanted) > most:
        raise _violation(f"{len(wanted)} network adapters; a host {host} gives a machine {most}.")
    adapters = tuple(_adapter(each) for each in wanted)
    _check_naming(wanted, host)
    _unique([each.name for each in adapters], "name")
    _unique([each.mac_address for each in adapters if each.mac_address], "MAC address")
    return adapters


def _adapter(wanted: NetworkAdapter) -> NetworkAdapter:
    check_text("network adapter", wanted.name)
    if not wanted.name:
        raise _violation("A network adapter has a name.")
    if wanted.vlan_id is not None and wanted.vlan_id not in VLAN_IDS:
        raise _violation(f"VLAN {wanted.vlan_id} is not one of 1 to 4094.", wanted.name)
    _check_port(wanted)
    mac_address = None if wanted.mac_address is None else _mac_address(wanted.mac_address, wanted.name)
    return evolve(wanted, mac_address=mac_address)


def _check_port(wanted: NetworkAdapter) -> None:
    """Whatever is said of a port needs a switch; bandwidth is bounded as on every port."""
    said = {
        "A VLAN": wanted.vlan_id,
        "MAC spoofing": wanted.mac_spoofing or None,
        "A DHCP guard": wanted.dhcp_guard or None,
        "A router guard": wanted.router_guard or None,
        "A bandwidth": wanted.maximum_bandwidth_bps or wanted.minimum_bandwidth_bps,
    }
    without_switch = next((what for what, value in said.items() if value is not None), None)
    if wanted.switch is None and without_switch is not None:
        raise _violation(f"{without_switch} needs a switch that the adapter is connected to.", wanted.name)
    if wanted.switch is not None and wanted.bandwidth is not None:
        check_port(PortSpec(switch=wanted.switch, bandwidth=wanted.bandwidth))


def _check_naming(wanted: Sequence[NetworkAdapter], host: HostVersion) -> None:
    named = next((each.name for each in wanted if each.device_naming), None)
    if named is not None:
        check_release("An adapter's name in the guest", WINDOWS_2016, host, named)


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
