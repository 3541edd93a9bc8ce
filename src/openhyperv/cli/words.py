"""What stands behind options: ``name=value`` and network adapters."""

from __future__ import annotations

import click

from openhyperv.machine.network_adapter import NetworkAdapter

_LAST_PORT = 65535


class KeyValue(click.ParamType[tuple[str, str]]):
    """``name=value``."""

    name = "NAME=VALUE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The two texts."""
        name, sign, text = str(value).partition("=")
        if not (name and sign):
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return name, text


class Adapter(click.ParamType[NetworkAdapter]):
    """``switch[,mac=..][,vlan=..]``; the switch ``none`` leaves it unconnected."""

    name = "SWITCH[,mac=..,vlan=..]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> NetworkAdapter:
        """The adapter, without a name of its own yet."""
        switch, *rest = str(value).split(",")
        words = dict(KeyValue().convert(word, param, ctx) for word in rest)
        mac_address, vlan = words.pop("mac", None), words.pop("vlan", None)
        if words or (vlan is not None and not vlan.isdigit()):
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        vlan_id = None if vlan is None else int(vlan)
        return NetworkAdapter("", mac_address, None if switch in ("", "none") else switch, vlan_id)


class Listen(click.ParamType[tuple[str, int]]):
    """``address:port``; an IPv6 address stands in brackets."""

    name = "ADDRESS:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """The address and the port; 0 is any free port."""
        address, _, port = str(value).rpartition(":")
        if not (address and port.isdecimal() and int(port) <= _LAST_PORT):
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return address.removeprefix("[").removesuffix("]"), int(port)
