"""VLANs in words: ``20,22-25`` for a trunk, ``isolated:10:20`` for a private one."""

from __future__ import annotations

from collections.abc import Iterator

import click

from openhyperv.machine.port import AccessVlan, PrivateVlan, PrivateVlanMode, TrunkVlan, Vlan


class VlanList(click.ParamType[tuple[int, ...]]):
    """``20,22-25``."""

    name = "VLANS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers."""
        try:
            return tuple(_numbers(str(value)))
        except ValueError:
            self.fail(f"{value!r} is not a list such as 20,22-25", param, ctx)


class PrivateWords(click.ParamType[PrivateVlan]):
    """``isolated:PRIMARY:SECONDARY``, ``community:..`` or ``promiscuous:PRIMARY:SECONDARY,..``."""

    name = "MODE:VLAN:VLANS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> PrivateVlan:
        """The private VLAN."""
        try:
            mode, primary, secondaries = str(value).split(":")
            return PrivateVlan(PrivateVlanMode[mode.upper()], int(primary), tuple(_numbers(secondaries)))
        except (KeyError, ValueError):
            self.fail(f"{value!r} is not such as isolated:10:20", param, ctx)


_LAST = 4095
"""The largest number that 12 bits hold: whether a port can be in a VLAN is not decided here."""


def _numbers(text: str) -> Iterator[int]:
    for word in text.split(","):
        first, sign, last = word.partition("-")
        low, high = int(first), int(last) if sign else int(first)
        if not 0 <= low <= high <= _LAST:
            raise ValueError(f"{word} is no range")
        yield from range(low, high + 1)


def vlan_text(vlan: Vlan | None) -> str:
    """A VLAN in a few characters; the untagged network in none."""
    if isinstance(vlan, AccessVlan):
        return str(vlan.vlan_id)
    if isinstance(vlan, TrunkVlan):
        native = f", native {vlan.native_vlan_id}" if vlan.native_vlan_id else ""
        return f"trunk {_list_text(vlan.vlan_ids)}{native}"
    if isinstance(vlan, PrivateVlan):
        secondaries = _list_text(vlan.secondary_vlan_ids)
        return f"{vlan.mode.name.lower()}:{vlan.primary_vlan_id}:{secondaries}"
    return ""


def _list_text(vlan_ids: tuple[int, ...]) -> str:
    """``20,22-25``."""
    runs: list[list[int]] = []
    for vlan_id in sorted(set(vlan_ids)):
        if runs and runs[-1][-1] == vlan_id - 1:
            runs[-1].append(vlan_id)
        else:
            runs.append([vlan_id])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
