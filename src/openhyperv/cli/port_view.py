"""Ports for people to read."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cli.output import Column
from openhyperv.cli.port_bandwidth import megabits_text
from openhyperv.cli.rule_words import rule_text
from openhyperv.cli.vlan_words import vlan_text
from openhyperv.hyperv.ports.hardware_use import HardwareUse
from openhyperv.hyperv.ports.listing import ListedPort
from openhyperv.hyperv.ports.port_state import PortState
from openhyperv.machine.port import Mirroring, PortBandwidth, PortSettings
from openhyperv.machine.port_isolation import IsolationMode
from openhyperv.machine.port_offload import PortOffload


@frozen
class PortView:
    """What ``hv port show`` shows; ``switch`` is a name."""

    machine: str
    adapter: str
    switch: str | None
    state: PortState
    use: HardwareUse | None
    """What it has of the network card now; None while the machine is off."""


def guards_text(port: PortSettings) -> str:
    """What the guest may do, and may not, beyond the usual."""
    security = port.security
    words = {
        "spoofing": security.allow_mac_spoofing,
        "dhcp-guard": security.dhcp_guard,
        "router-guard": security.router_guard,
        "teaming": security.teaming,
        "priority-tag": security.priority_tag,
        f"mirror {(security.mirroring or Mirroring.NONE).name.lower()}": bool(security.mirroring),
        f"storm-limit {security.storm_limit_pps}": bool(security.storm_limit_pps),
    }
    return ", ".join(word for word, holds in words.items() if holds)


def _filter_text(state: PortState) -> str:
    """How much is filtered, in a word."""
    rules = state.settings.rules
    if rules is None:
        return "open"
    count = len(rules) + state.other_rules
    return f"{count} rule{'' if count == 1 else 's'}" if count else "closed"


def _rules_text(state: PortState) -> str:
    """The rules as a file of rules has them, and what holds beside them."""
    if state.settings.rules is None:
        return "everything passes"
    lines = [rule_text(rule) for rule in state.settings.rules]
    lines += [f"({state.other_rules} that only others understand)"] if state.other_rules else []
    return "\n".join([*lines, "nothing else passes" if state.denies_rest else "everything else passes"])


def _bandwidth_text(port: PortSettings) -> str:
    bounds = port.bandwidth or PortBandwidth()
    words = {
        "at most": megabits_text(bounds.maximum_bps),
        "at least": megabits_text(bounds.minimum_bps),
        "weight": str(bounds.weight or ""),
        "burst": megabits_text(bounds.burst_bps or None),
        "burst of": megabits_text(bounds.burst_bits or None).removesuffix("/s"),
    }
    return ", ".join(f"{word} {text}" for word, text in words.items() if text)


def _offload_text(port: PortSettings) -> str:
    offload = port.offload or PortOffload()
    words = {
        "SR-IOV weight": offload.iov_weight,
        "queue pairs": offload.iov_queue_pairs if offload.iov_weight else None,
        "VMQ weight": offload.vmq_weight,
        "IPsec associations": offload.ipsec_associations,
        "RDMA weight": port.rdma_weight,
    }
    return ", ".join(f"{word} {value}" for word, value in words.items() if value)


def _use_text(use: HardwareUse | None) -> str:
    if use is None:
        return ""
    words = {"a virtual function": use.has_function, "a virtual machine queue": use.has_queue}
    return ", ".join(word for word, holds in words.items() if holds) or "nothing"


def _isolation_text(port: PortSettings) -> str:
    isolation = port.isolation
    if isolation is None or isolation.mode is IsolationMode.NONE:
        return ""
    untagged = f", untagged in {isolation.default_id}" if isolation.allow_untagged else ""
    return isolation.mode.name.lower().replace("_", "-") + untagged


def _profile_text(port: PortSettings) -> str:
    profile = port.profile
    if profile is None:
        return ""
    words = (profile.profile_name, str(profile.profile_id or ""), profile.vendor_name, profile.cdn_label)
    return ", ".join(word for word in words if word)


LISTING = (
    Column[ListedPort]("MACHINE", lambda port: port.machine),
    Column[ListedPort]("ADAPTER", lambda port: port.adapter),
    Column[ListedPort]("SWITCH", lambda port: port.switch or ""),
    Column[ListedPort]("VLAN", lambda port: vlan_text(port.state.settings.vlan)),
    Column[ListedPort]("FILTER", lambda port: _filter_text(port.state)),
    Column[ListedPort]("BANDWIDTH", lambda port: _bandwidth_text(port.state.settings)),
    Column[ListedPort]("GUARDS", lambda port: guards_text(port.state.settings)),
)
VIEW = (
    Column[PortView]("Machine", lambda view: view.machine),
    Column[PortView]("Adapter", lambda view: view.adapter),
    Column[PortView]("Switch", lambda view: view.switch or "none"),
    Column[PortView]("VLAN", lambda view: vlan_text(view.state.settings.vlan) or "none"),
    Column[PortView]("Guards", lambda view: guards_text(view.state.settings)),
    Column[PortView]("Bandwidth", lambda view: _bandwidth_text(view.state.settings)),
    Column[PortView]("Offload", lambda view: _offload_text(view.state.settings)),
    Column[PortView]("Card gives", lambda view: _use_text(view.use)),
    Column[PortView]("Isolation", lambda view: _isolation_text(view.state.settings)),
    Column[PortView]("Profile", lambda view: _profile_text(view.state.settings)),
    Column[PortView]("Rules", lambda view: _rules_text(view.state)),
)
