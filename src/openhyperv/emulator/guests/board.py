"""The two kinds of machine as QEMU command lines: a BIOS PC for generation 1, a UEFI one for generation 2.

Every device that matters has a fixed address, so that hot-plugging and saved states find their places.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from attrs import frozen

from openhyperv.emulator.guests.machine import Bus, GuestDrive, GuestMachine, GuestNic
from openhyperv.emulator.guests.wiring import NIC_PLACES, SCSI_CONTROLLERS, short_id

Device = Mapping[str, Any]
"""A device in the form of ``device_add``; the same as JSON for ``-device``."""
_SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"


def device_option(device: Device) -> list[str]:
    """A device on the command line."""
    return ["-device", json.dumps(device)]


def block_option(block: Mapping[str, Any]) -> list[str]:
    """A block node on the command line."""
    return ["-blockdev", json.dumps(block)]


def machine_options(machine: GuestMachine) -> list[str]:
    """What both generations have in common. TCG always: a /dev/kvm that opens may still hang its guests."""
    name = machine.name.replace(",", ",,")
    return [
        *("-name", f"guest={name},debug-threads=on", "-uuid", machine.guid),
        *("-nodefaults", "-no-user-config", "-S", "-sandbox", _SANDBOX, "-display", "none"),
        *("-accel", "tcg", "-cpu", "max", "-rtc", "base=utc"),
        *("-boot", "strict=on"),
    ]


@frozen
class BiosBoard:
    """Generation 1: i440FX, SeaBIOS, two IDE controllers."""

    bus: ClassVar[str] = "pci.0"

    def options(self) -> Iterator[str]:
        """The machine itself."""
        yield from ("-machine", "pc", "-global", "PIIX4_PM.disable_s3=1")
        yield from device_option({"driver": "VGA", "id": "screen", "bus": "pci.0", "addr": "0x2"})
        yield from device_option({"driver": "virtio-serial-pci", "bus": "pci.0", "addr": "0x3"})

    def scsi_place(self, number: int) -> Device:
        """Where a SCSI controller sits."""
        return {"bus": "pci.0", "addr": hex(0x4 + number)}

    def nic_place(self, number: int) -> Device:
        """Where a network card sits."""
        return {"bus": "pci.0", "addr": hex(0x8 + number)}


@frozen
class UefiBoard:
    """Generation 2: Q35, OVMF, a PCI Express port for each device that may come and go."""

    code: Path
    variables: str
    """QEMU's name of the guest's variable store."""
    needs_smm: bool
    bus: ClassVar[str] = "pcie.0"

    def options(self) -> Iterator[str]:
        """The machine itself. With Secure Boot, only code in SMM may write the variable store."""
        smm = "on" if self.needs_smm else "off"
        yield from block_option(_flash("uefi-code", str(self.code), read_only=True))
        yield from block_option(_flash("uefi-variables", self.variables, read_only=False))
        yield from ("-machine", f"q35,smm={smm},pflash0=uefi-code,pflash1=uefi-variables")
        yield from ("-global", "ICH9-LPC.disable_s3=1")
        if self.needs_smm:
            yield from ("-global", "driver=cfi.pflash01,property=secure,value=on")
        yield from device_option({"driver": "VGA", "id": "screen", "bus": "pcie.0", "addr": "0x1"})
        yield from device_option({"driver": "virtio-serial-pci", "bus": "pcie.0", "addr": "0x2"})
        yield from _ports("scsi", 3, SCSI_CONTROLLERS)
        yield from _ports("nic", 4, NIC_PLACES)

    def scsi_place(self, number: int) -> Device:
        """Where a SCSI controller sits."""
        return {"bus": f"scsi-port{number}", "addr": "0x0"}

    def nic_place(self, number: int) -> Device:
        """Where a network card sits."""
        return {"bus": f"nic-port{number}", "addr": "0x0"}


Board = BiosBoard | UefiBoard


def _flash(node: str, filename: str, *, read_only: bool) -> dict[str, Any]:
    file = {"driver": "file", "filename": filename}
    return {"driver": "raw", "node-name": node, "read-only": read_only, "file": file}


def _ports(kind: str, slot: int, count: int) -> Iterator[str]:
    """Root ports as functions of one slot; ``chassis`` and ``port`` make them distinct for hot-plugging."""
    for number in range(count):
        yield from device_option(
            {
                "driver": "pcie-root-port",
                "id": f"{kind}-port{number}",
                "bus": "pcie.0",
                "addr": f"{slot:#x}.{number:#x}",
                "multifunction": True,
                "chassis": 16 * slot + number,
                "port": 16 * slot + number,
            }
        )


def controller_device(board: Board, number: int) -> Device:
    """A SCSI controller."""
    return {"driver": "virtio-scsi-pci", "id": f"scsi{number}", **board.scsi_place(number)}


def drive_device(drive: GuestDrive, node: str | None, boot_index: int | None) -> Device:
    """A disk or DVD drive on its controller; ``node`` is its medium."""
    kind = "cd" if drive.is_dvd else "hd"
    device: dict[str, Any] = {"driver": f"{drive.bus}-{kind}", "id": drive_id(drive.device_id)}
    if drive.bus is Bus.IDE:
        device |= {"bus": f"ide.{drive.controller}", "unit": drive.slot}
    else:
        device |= {"bus": f"scsi{drive.controller}.0", "scsi-id": drive.slot, "lun": 0}
    if node is not None:
        device["drive"] = node
    if boot_index is not None:
        device["bootindex"] = boot_index
    return device


def drive_id(device_id: str) -> str:
    """QEMU's name of a drive."""
    return f"drive-{short_id(device_id)}"


def nic_id(device_id: str) -> str:
    """QEMU's name of a network card."""
    return f"nic-{short_id(device_id)}"


def network_id(device_id: str) -> str:
    """QEMU's name of what a card is connected to."""
    return f"net-{short_id(device_id)}"


def network(device_id: str, cable: str) -> Mapping[str, Any]:
    """What a card is connected to: a socket that QEMU has under that number, the way into a switch."""
    address = {"type": "fd", "str": cable}
    return {"type": "stream", "id": network_id(device_id), "server": False, "addr": address}


def network_option(device_id: str, cable: str) -> list[str]:
    """A card's network on the command line."""
    return ["-netdev", json.dumps(network(device_id, cable))]


def serial_options(number: int, descriptor: str | None) -> list[str]:
    """COM1 (0) or COM2 (1), connected to an inherited socket or to nothing."""
    if descriptor is None:
        return ["-serial", "null"]
    return ["-chardev", f"socket,id=com{number + 1},fd={descriptor}", "-serial", f"chardev:com{number + 1}"]


def nic_device(nic: GuestNic, place: Device) -> Device:
    """A network card, never booted from: nothing on its network could answer, and OVMF asks for minutes."""
    pairs = [nic.mac[at : at + 2] for at in range(0, 12, 2)]
    return {
        "driver": "virtio-net-pci",
        "id": nic_id(nic.device_id),
        "netdev": network_id(nic.device_id),
        "mac": ":".join(pairs),
        "romfile": "",
        **place,
    }
