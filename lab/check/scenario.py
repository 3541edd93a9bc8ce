"""Secure Boot on generation 2, what is refused, and who is not chosen."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from lab.check.claims import must
from lab.check.client import Client
from lab.check.guests import SerialConsole, line_when_up
from lab.check.neighbours import Neighbours
from lab.check.servers import create_server, fault_of
from lab.errors import LabError
from lab.resources import SECURE_BOOT, guest_file
from lab.settings import HostSettings, Lab

OLD_RELEASE = "2012R2"
_SECURE = "secureboot=1"


@frozen
class Scenario:
    """The steps, each of which ends the run if the lab does not do what it has to."""

    lab: Lab
    client: Client

    def run(self) -> None:
        """Everything, in order.

        :raises LabError: something is not as it has to be
        """
        guests = self.lab.places.data("guests")
        self._delete(*self._names("server"), *self._names("image"), *self._names("security group"))
        self._have_image("check-secure-boot", guest_file(guests, "gen2", "vhdx"), "vhdx", SECURE_BOOT)
        self._boots_securely()
        Neighbours(self.client, "check-secure-boot", self._two_hosts()).run()
        self._is_not_for_the_old_host()
        self._have_image("check-vhd", guest_file(guests, "gen2", "vhd"), "vhd", SECURE_BOOT)
        self._refuses_a_vhd()
        self._delete(*self._names("image"))

    def _names(self, kind: str) -> list[tuple[str, str]]:
        found = self.client.ask(*kind.split(), "list")
        return [(kind, each["ID"]) for each in found if each["Name"].startswith("check-")]

    def _delete(self, *things: tuple[str, str]) -> None:
        for kind, name in things:
            wait = ["--wait"] if kind == "server" else []
            self.client.tell(*kind.split(), "delete", *wait, name)

    def _have_image(self, name: str, file: Path, disk_format: str, properties: dict[str, str]) -> None:
        words = [word for item in properties.items() for word in ("--property", "=".join(item))]
        self.client.ask("image", "create", "--file", str(file), "--disk-format", disk_format, *words, name)

    def _boots_securely(self) -> None:
        click.echo("An image with Secure Boot becomes a server, whose guest says so:")
        server = create_server(self.client, "check-secure", "check-secure-boot")
        must(f"the server is {server['status']}: {fault_of(server)}", be=server["status"] == "ACTIVE")
        line = line_when_up(self.client, "check-secure")
        must(f"its guest says: {line}", be=_SECURE in line)
        click.echo("Its serial console is for typing, through nova-serialproxy:")
        with SerialConsole(self.client, "check-secure") as console:
            console.ask("echo $((20 + 22)) of 42", "42 of 42")
        click.echo("  the guest answers a sum with 42")
        self._delete(("server", "check-secure"))

    def _is_not_for_the_old_host(self) -> None:
        click.echo("Windows Server 2012 R2 is too old for it, even if it is asked for:")
        old = self._old_host()
        nodes = {node["Hypervisor Hostname"]: node["State"] for node in self.client.ask("hypervisor", "list")}
        must(f"{old.name} is {nodes.get(old.name)}", be=nodes.get(old.name) == "up")
        server = create_server(self.client, "check-old", "check-secure-boot", host=old.name)
        must(f"the server is {server['status']}", be=server["status"] == "ERROR")
        must(f"its fault is: {fault_of(server)}", be="No valid host" in fault_of(server))
        self._delete(("server", "check-old"))

    def _two_hosts(self) -> tuple[str, str]:
        first, second, *_ = (host.name for host in self.lab.hosts if host.release != OLD_RELEASE)
        return first, second

    def _old_host(self) -> HostSettings:
        for host in self.lab.hosts:
            if host.release == OLD_RELEASE:
                return host
        raise LabError(f"No host is {OLD_RELEASE}: python -m lab up --host hv3={OLD_RELEASE} and the others.")

    def _refuses_a_vhd(self) -> None:
        click.echo("A VHD cannot start generation 2, and the fault says so:")
        server = create_server(self.client, "check-vhd", "check-vhd")
        must(f"the server is {server['status']}", be=server["status"] == "ERROR")
        fault = fault_of(server)
        must(f"its fault is: {fault}", be="VHD" in fault and "generation 2" in fault.lower())
        self._delete(("server", "check-vhd"))
