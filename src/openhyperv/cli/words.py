"""What stands behind options: ``name=value``, and addresses to listen on."""

from __future__ import annotations

import click

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
