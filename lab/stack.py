"""The whole lab, up and down."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from attrs import field, frozen

from lab import clouds
from lab.catalogue import have_catalogue
from lab.compute_nodes import agent, compute, retire_hosts, welcome_hosts
from lab.databases import have_databases
from lab.hosts import emulated_host, target
from lab.memcached import memcached
from lab.processes import Processes, Program
from lab.rabbitmq import rabbitmq
from lab.resources import have_resources
from lab.services import keystone
from lab.services.glance import glance
from lab.services.neutron import PHYSICAL_NETWORK, neutron
from lab.services.nova import nova
from lab.services.placement import placement
from lab.settings import Lab
from lab.switches import have_switch
from lab.timeline import Timeline

_INFRASTRUCTURE = ("rabbitmq", "memcached", "mariadb", "epmd")
"""Stopped last, because the others need them to stop cleanly."""
_OF_A_HOST = ("hvsim-", "nova-compute-")


@frozen
class Stack:
    """One lab, and what is to run of it."""

    lab: Lab
    timeline: Timeline = field(factory=Timeline)
    processes: Processes = field(init=False)

    @processes.default
    def _processes(self) -> Processes:
        return Processes(self.lab.places)

    def up(self) -> None:
        """Have everything running, prepared and used by nobody yet. Repeated, it changes what differs.

        :raises LabError: something does not start
        """
        self.lab.places.make()
        self.lab.places.make_networks()
        self._stop_unwanted_hosts()
        below = self._start_what_is_below()
        services = self._start_services()
        nova_services = self._start_nova()
        self._ready([*below, *services, *nova_services])
        cloud = clouds.connect(self.lab)
        with self.timeline.step("image, flavor and network are there"):
            have_resources(cloud, self.lab.places.data("guests"))
        with self.timeline.step("the scheduler knows the hosts, and their agents are alive"):
            welcome_hosts(self.lab, cloud)

    def _start_what_is_below(self) -> list[Program]:
        """Broker, cache and hosts, which start while the databases are made, and the databases."""
        hosts = [emulated_host(self.lab, host) for host in self.lab.hosts]
        programs = [*rabbitmq(self.lab), memcached(self.lab), *hosts]
        self._start(programs)
        have_databases(self.lab, self.processes, self.timeline)
        self._ready(programs)
        return programs

    def _start_services(self) -> list[Program]:
        """Keystone with its catalogue, and while it starts all that needs no catalogue to start."""
        identity = keystone.keystone(self.lab)
        others = [placement(self.lab), glance(self.lab), *neutron(self.lab)]
        self._start([identity])
        self._bootstrap()
        self._start(others)
        self._ready([identity])
        with self.timeline.step("the services are in the catalogue"):
            have_catalogue(self.lab, clouds.connect(self.lab))
        return [identity, *others]

    def _start_nova(self) -> list[Program]:
        """Nova, which reads the catalogue as it starts, and what runs for each host."""
        programs = list(nova(self.lab))
        self._start(programs)
        self._prepare_hosts()
        self._start([agent(self.lab), *(compute(self.lab, host) for host in self.lab.hosts)])
        return programs

    def _bootstrap(self) -> None:
        clouds.write_clouds(self.lab)
        done = self.lab.places.data("keystone") / "bootstrapped"
        if not done.exists():
            with self.timeline.step("Keystone has its administrator"):
                keystone.bootstrap(self.lab, self.processes)
            done.touch()

    def _prepare_hosts(self) -> None:
        for host in self.lab.hosts:
            if have_switch(target(self.lab, host), PHYSICAL_NETWORK):
                self.timeline.say(f"{host.name} has a virtual switch {PHYSICAL_NETWORK}")

    def _start(self, programs: Iterable[Program]) -> None:
        if started := self.processes.start(programs):
            self.timeline.say("started: " + " ".join(program.name for program in started))

    def _ready(self, programs: Iterable[Program]) -> None:
        for program in programs:
            self.processes.wait(program)
        self.timeline.say("ready: " + " ".join(program.name for program in programs))

    def _stop_unwanted_hosts(self) -> None:
        """End what belongs to hosts that the lab has no more."""
        wanted = {prefix + host.name for host in self.lab.hosts for prefix in _OF_A_HOST}
        running = [name for name in self.processes.names() if name.startswith(_OF_A_HOST)]
        unwanted = [name for name in running if name not in wanted]
        if unwanted and self.processes.find("nova-api"):
            retire_hosts(self.lab, clouds.connect(self.lab))
        self.processes.stop(unwanted)

    def down(self) -> None:
        """End every process; what they know stays."""
        running = self.processes.names()
        hosts = [name for name in running if name.startswith("hvsim-")]
        services = [name for name in running if name not in {*hosts, *_INFRASTRUCTURE}]
        for group in (services, hosts, ("rabbitmq", "memcached", "mariadb"), ("epmd",)):
            self.processes.stop([name for name in running if name in group], 60.0)
        self.timeline.say(f"{len(running)} programs are stopped")

    def clean(self, *, also_saved: bool) -> None:
        """End everything and forget everything, but for the copy of empty databases unless ``also_saved``."""
        self.down()
        places = self.lab.places
        own = (places.configuration, places.processes, places.logs, places.networks, places.state / "data")
        for folder in own:
            shutil.rmtree(folder, ignore_errors=True)
        for file in (places.settings, places.clouds):
            Path(file).unlink(missing_ok=True)
        if also_saved:
            shutil.rmtree(places.state)
