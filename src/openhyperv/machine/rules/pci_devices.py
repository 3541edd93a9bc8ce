"""PCI devices that a machine gets for itself, chosen by the addresses that were claimed for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.pci import PciAddress, PciAlias, PciDevice
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.violations import BrokenRuleError, Rule

ALIAS = "pci_passthrough:alias"
_WANTED = re.compile(r"([^:,]+):(\d{1,3})", re.ASCII)


def pci_devices_of(request: MachineRequest) -> tuple[PciAddress, ...]:
    """The devices for ``pci_passthrough:alias``, such as ``gpu:2,nic:1``.

    They are those that the request claims by address; without claims, the first free ones of the host that
    fit. Only devices that the request's traits list as allowed and free are ever given.

    :raises BrokenRuleError: the extra spec cannot be read, an alias is unknown, or the claims do not fit it
    :raises UnsupportedError: the host is too old, or has no such device free
    """
    wanted = _wanted(request)
    if not wanted:
        _refuse_claims(request.pci_claims)
        return ()
    check_release("A PCI device for one machine", WINDOWS_2016, request.host, ALIAS)
    if request.pci_claims:
        return _claimed(request, wanted)
    return _chosen(wanted, request.traits.pci_devices)


def _wanted(request: MachineRequest) -> Mapping[PciAlias, int]:
    aliases = {alias.name: alias for alias in request.pci_aliases}
    counts: Counter[PciAlias] = Counter()
    for name, count in _entries(request.flavor.get(ALIAS)):
        if name not in aliases:
            known = ", ".join(sorted(aliases)) or "none"
            raise _refusal(Rule.PCI_ALIAS, f"There is no PCI alias {name!r}; there are: {known}.")
        counts[aliases[name]] += count
    return +counts


def _entries(value: str | None) -> Iterable[tuple[str, int]]:
    for entry in () if value is None else value.split(","):
        match = _WANTED.fullmatch(entry.strip())
        if match is None:
            raise _refusal(Rule.PCI_ALIAS, f"{entry!r} is no alias with a number, such as gpu:1.")
        yield match[1], int(match[2])


def _claimed(request: MachineRequest, wanted: Mapping[PciAlias, int]) -> tuple[PciAddress, ...]:
    allowed = {device.address: device for device in request.traits.pci_devices}
    for address in request.pci_claims:
        if address not in allowed:
            raise UnsupportedError(
                f"The PCI device {address} cannot be given to a machine: the host does not have it, does not "
                "allow it, or has given it away.",
                target=ALIAS,
                remedy="Look at what is free (hv host pci), and claim one of those.",
            )
    devices = [allowed[address] for address in request.pci_claims]
    if len(set(devices)) < len(devices) or _kinds(devices) != _wanted_kinds(wanted):
        claimed = ", ".join(str(device.address) for device in devices)
        raise _refusal(
            Rule.PCI_CLAIM, f"The claimed devices {claimed} are not what {_text(wanted)} asks for."
        )
    return request.pci_claims


def _kinds(devices: Iterable[PciDevice]) -> Counter[tuple[str, str]]:
    return Counter((device.vendor_id, device.product_id) for device in devices)


def _wanted_kinds(wanted: Mapping[PciAlias, int]) -> Counter[tuple[str, str]]:
    kinds: Counter[tuple[str, str]] = Counter()
    for alias, count in wanted.items():
        kinds[alias.vendor_id, alias.product_id] += count
    return kinds


def _chosen(wanted: Mapping[PciAlias, int], free: Iterable[PciDevice]) -> tuple[PciAddress, ...]:
    left = list(free)
    chosen: list[PciAddress] = []
    for alias, count in wanted.items():
        fitting = [device for device in left if alias.fits(device)][:count]
        if len(fitting) < count:
            raise UnsupportedError(
                f"{count} PCI devices {alias.name} ({alias.vendor_id}:{alias.product_id}) are asked for; the "
                f"host has {len(fitting)} of them free.",
                target=ALIAS,
                remedy="Use another host, or give up a device for machines (hv host pci).",
            )
        left = [device for device in left if device not in fitting]
        chosen += [device.address for device in fitting]
    return tuple(chosen)


def _refuse_claims(claims: Sequence[PciAddress]) -> None:
    if claims:
        raise _refusal(
            Rule.PCI_CLAIM, f"The PCI device {claims[0]} is claimed, but {ALIAS} does not ask for any."
        )


def _text(wanted: Mapping[PciAlias, int]) -> str:
    return ",".join(f"{alias.name}:{count}" for alias, count in wanted.items())


def _refusal(rule: Rule, message: str) -> BrokenRuleError:
    return BrokenRuleError(rule, ALIAS, message)
