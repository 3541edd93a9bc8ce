"""What a guest says of itself, under Hyper-V's names (Microsoft, Msvm_KvpExchangeDataItem)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openhyperv.emulator.guests.agent.channel import AgentChannel
from openhyperv.emulator.guests.agent.pools import read_pool
from openhyperv.emulator.guests.exchange import GuestReport, Items, Pool

_LOOPBACK = "lo"


def ask(channel: AgentChannel) -> GuestReport:
    """The guest's own words, now.

    :raises AgentRefusal: its agent does not know one of the questions
    :raises AgentSilent: it does not answer
    """
    intrinsic = {
        "FullyQualifiedDomainName": str(channel.execute("guest-get-host-name")["host-name"]),
        "IntegrationServicesVersion": str(channel.execute("guest-info")["version"]),
        **_system(channel.execute("guest-get-osinfo")),
        **_addresses(channel.execute("guest-network-get-interfaces")),
    }
    return GuestReport(intrinsic, read_pool(channel, Pool.GUEST))


def _system(info: Any) -> Items:
    """As Linux's hv_kvp_daemon tells it: the build is the kernel's release, the version that up to a dash."""
    release = str(info.get("kernel-release", ""))
    major, _, minor = str(info.get("version-id", "")).partition(".")
    return {
        "OSName": str(info.get("pretty-name", "")),
        "OSVersion": release.partition("-")[0],
        "OSBuildNumber": release,
        "OSMajorVersion": major,
        "OSMinorVersion": minor,
        "ProcessorArchitecture": str(info.get("machine", "")),
    }


def _addresses(interfaces: Any) -> Items:
    found = list(_all_addresses(interfaces))
    return {
        name: ";".join(address for family, address in found if family == wanted)
        for name, wanted in (("NetworkAddressIPv4", "ipv4"), ("NetworkAddressIPv6", "ipv6"))
    }


def _all_addresses(interfaces: Any) -> Iterator[tuple[str, str]]:
    for interface in interfaces:
        if interface["name"] != _LOOPBACK:
            for address in interface.get("ip-addresses", ()):
                yield address["ip-address-type"], address["ip-address"]
