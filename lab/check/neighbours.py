"""Two servers on one network, on two hosts: their security group says what passes between them."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import click
from attrs import frozen

from lab import clouds
from lab.check.claims import must
from lab.check.client import Client
from lab.check.guests import SerialConsole, line_when_up
from lab.check.servers import create_server
from lab.compute_nodes import agent
from lab.processes import Processes
from lab.resources import NETWORK
from lab.waiting import wait_until

GROUP = "check-neighbours"
_IN_FORCE_S = 2.0
_PREFIX_BITS = 24
_RESTART_TIMEOUT_S = 60.0


@frozen
class Neighbours:
    """The steps, each of which ends the run if the lab does not do what it has to."""

    client: Client
    image: str
    hosts: tuple[str, str]

    def run(self) -> None:
        """Everything, in order.

        :raises LabError: something is not as it has to be
        """
        click.echo("Servers on two hosts reach each other when their security group lets them, at once:")
        self.client.ask("security", "group", "create", GROUP)
        names = [f"check-{host}" for host in self.hosts]
        for name, host in zip(names, self.hosts, strict=True):
            words = ("--security-group", GROUP)
            status = create_server(self.client, name, self.image, *words, host=host)["status"]
            must(f"{name} on {host} is {status}", be=status == "ACTIVE")
        for name in names:
            line_when_up(self.client, name)
        with SerialConsole(self.client, names[0]) as left, SerialConsole(self.client, names[1]) as right:
            addresses = [self._address(name) for name in names]
            for console, address in zip((left, right), addresses, strict=True):
                _configure(console, address)
            self._judge(left, addresses[1])
        for name in names:
            self.client.tell("server", "delete", "--wait", name)
        self.client.tell("security", "group", "delete", GROUP)

    def _address(self, name: str) -> str:
        """What Neutron gave it: nobody runs DHCP here."""
        return str(self.client.ask("server", "show", name)["addresses"][NETWORK][0])

    def _judge(self, left: SerialConsole, right_address: str) -> None:
        _ping_in_vain(left, right_address)
        click.echo("  nothing passes while no rule allows it")
        left.send(f"ping -i 0.2 {right_address}\r")
        rule = self._allow_icmp()
        took_s = _seconds(lambda: left.hear("bytes from"))
        must(f"ICMP passes {took_s:.2f} s after the rule was made", be=took_s < _IN_FORCE_S)
        left.send("\x03")
        self._restart_agent_unnoticed(left, right_address)
        self.client.tell("security", "group", "rule", "delete", rule)
        _ping_in_vain(left, right_address)
        click.echo("  nothing passes when the rule is gone")

    def _restart_agent_unnoticed(self, left: SerialConsole, right_address: str) -> None:
        left.send(f"ping -i 0.1 {right_address}\r")
        left.hear("bytes from")
        took_s = _seconds(self._restart_agent)
        left.send("\x03")
        left.hear(", 0% packet loss")
        click.echo(f"  the Neutron agent starts anew in {took_s:.1f} s, and no packet is lost meanwhile")

    def _restart_agent(self) -> None:
        """Until it serves both hosts again."""
        before = self._agents_started()
        processes, program = Processes(self.client.lab.places), agent(self.client.lab)
        processes.stop([program.name])
        processes.start([program])
        wait_until(
            lambda: not before.items() & self._agents_started().items(),
            _RESTART_TIMEOUT_S,
            "the agent serves",
        )

    def _agents_started(self) -> dict[str, str]:
        agents = clouds.connect(self.client.lab).network.agents(agent_type="HyperV agent")
        return {each.host: each.started_at for each in agents if each.host in self.hosts}

    def _allow_icmp(self) -> str:
        """Make a rule, not by the command, which takes longer to end than the rule to be in force."""
        network = clouds.connect(self.client.lab).network
        group = network.find_security_group(GROUP, ignore_missing=False)
        rule = network.create_security_group_rule(
            security_group_id=group.id, direction="ingress", protocol="icmp"
        )
        return str(rule.id)


def _configure(console: SerialConsole, address: str) -> None:
    command = f"ip link set eth0 up; ip addr add {address}/{_PREFIX_BITS} dev eth0; echo address=$?"
    console.ask(command, "address=0")


def _ping_in_vain(console: SerialConsole, address: str) -> None:
    console.ask(f"ping -c 5 -i 0.2 -W 1 {address} >/dev/null; echo lost=$?", "lost=1")


def _seconds(act: Callable[[], None]) -> float:
    begun_s = monotonic()
    act()
    return monotonic() - begun_s
