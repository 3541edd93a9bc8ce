"""A network adapter of a new machine, in one word of the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click
from attrs import evolve

from openhyperv.machine.network_adapter import NetworkAdapter

_MEGABIT = 1_000_000
_Meaning = tuple[str, Callable[[str], Any]]


def _bits(megabits: str) -> int:
    return int(float(megabits) * _MEGABIT)


_VALUES: Mapping[str, _Meaning] = {
    "mac": ("mac_address", str),
    "vlan": ("vlan_id", int),
    "boot": ("boot_index", int),
    "at-most": ("maximum_bandwidth_bps", _bits),
    "at-least": ("minimum_bandwidth_bps", _bits),
}
_FLAGS = {
    "naming": "device_naming",
    "spoofing": "mac_spoofing",
    "dhcp-guard": "dhcp_guard",
    "router-guard": "router_guard",
}


class Adapter(click.ParamType[NetworkAdapter]):
    """``switch[,mac=..][,vlan=..][,spoofing]`` and so on; the switch ``none`` leaves it unconnected.

    The words are those of ``hv vm nic``, and ``boot``, which is a boot index.
    """

    name = "SWITCH[,mac=..,vlan=..]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> NetworkAdapter:
        """The adapter, without a name of its own yet."""
        switch, *words = str(value).split(",")
        try:
            said = dict(_meaning(word) for word in words)
        except (KeyError, ValueError, OverflowError):
            known = ", ".join((*(f"{name}=.." for name in _VALUES), *_FLAGS))
            self.fail(f"{value!r} is not SWITCH, followed by any of {known}", param, ctx)
        if len(said) < len(words):
            self.fail(f"{value!r} says something twice", param, ctx)
        return evolve(NetworkAdapter("", switch=None if switch in ("", "none") else switch), **said)


def _meaning(word: str) -> tuple[str, Any]:
    name, sign, text = word.partition("=")
    if not sign:
        return _FLAGS[name], True
    attribute, read = _VALUES[name]
    return attribute, read(text)
