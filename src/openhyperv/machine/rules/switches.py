"""Virtual switches: what goes together, and on which hosts.

Sources: the cmdlets New-VMSwitch and Set-VMSwitch, and Microsoft, "Switch Embedded Teaming".
"""

from __future__ import annotations

from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.rules.texts import check_text
from openhyperv.machine.switch import SwitchChange, SwitchSpec
from openhyperv.machine.violations import BrokenRuleError, Rule

LARGEST_TEAM = 8
"""Adapters of a team, at most."""


def check_switch(spec: SwitchSpec) -> SwitchSpec:
    """The specification, if a switch can be so.

    :raises BrokenRuleError: it contradicts itself
    """
    check_switch_name(spec.name)
    check_text("notes", spec.notes)
    check_team(spec.adapters, is_team=spec.is_team)
    _check_adapter_needed(spec)
    if spec.load_balancing is not None and not spec.is_team:
        raise switch_refusal("Load is balanced between the adapters of a team.")
    return spec


def needs_2016(spec: SwitchSpec) -> bool:
    """True where the switch is one that came with Windows Server 2016."""
    return spec.is_team or spec.packet_direct


def check_switch_release(spec: SwitchSpec, host: HostVersion) -> None:
    """Refuse what the host's release does not know of.

    :raises UnsupportedError: it is older
    """
    if spec.is_team:
        check_release("A switch with embedded teaming", WINDOWS_2016, host, spec.name)
    if spec.packet_direct:
        check_release("PacketDirect", WINDOWS_2016, host, spec.name)


def check_change(change: SwitchChange) -> SwitchChange:
    """The change, if it can be made to any switch.

    :raises BrokenRuleError: it cannot
    """
    if change.name is not None:
        check_switch_name(change.name)
    check_text("notes", change.notes or "")
    check_team(change.adapters or (), is_team=True)
    return change


def check_conversion(change: SwitchChange, *, is_team: bool, iov_preferred: bool) -> None:
    """Refuse what this switch cannot become: teaming and SR-IOV are for life, and need an adapter.

    :raises BrokenRuleError: it would
    """
    check_team(change.adapters or (), is_team=is_team)
    if change.load_balancing is not None and not is_team:
        raise switch_refusal("Load is balanced between the adapters of a team.")
    if change.adapters == () and iov_preferred:
        # UNVERIFIED: the last adapter of a switch with SR-IOV stays (only Hyper-V Manager says so)
        raise switch_refusal("A switch with SR-IOV stays external.")
    if change.adapters == () and is_team:
        # UNVERIFIED: the last adapter of a switch with embedded teaming cannot be taken from it
        raise switch_refusal("A team keeps at least one adapter.")


def check_switch_name(name: str) -> str:
    """The name, if a switch can have it.

    :raises BrokenRuleError: it is empty, or no XML can carry it
    """
    if not name.strip():
        raise switch_refusal("A switch has a name.")
    return check_text("name", name)


def check_team(adapters: tuple[str, ...], *, is_team: bool) -> None:
    """Refuse adapters that cannot be of one switch.

    :raises BrokenRuleError: two are the same, or they are too many
    """
    if any(not adapter for adapter in adapters):
        raise switch_refusal("A network adapter has a name.")
    twice = next((each for each in adapters if adapters.count(each) > 1), None)
    if twice is not None:
        raise switch_refusal(f"The adapter {twice!r} is named twice.")
    if len(adapters) > 1 and not is_team:
        raise switch_refusal("Only a switch with embedded teaming has several adapters; that is for life.")
    if len(adapters) > LARGEST_TEAM:
        raise switch_refusal(f"{len(adapters)} adapters; a team has at most {LARGEST_TEAM}.")


def _check_adapter_needed(spec: SwitchSpec) -> None:
    said = {"A team": spec.teaming, "SR-IOV": spec.iov_preferred, "PacketDirect": spec.packet_direct}
    wants = next((what for what, is_wanted in said.items() if is_wanted), None)
    if wants is not None and not spec.adapters:
        raise switch_refusal(f"{wants} needs a network adapter.")


def switch_refusal(message: str) -> BrokenRuleError:
    """The error where no switch can be as asked."""
    return BrokenRuleError(Rule.SWITCH, "switch", message, operation="design a switch")
