"""All that may be said of a port, as options, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Protocol

import click
from click.core import ParameterSource

from openhyperv.cli.gathering import Command
from openhyperv.cli.port_bandwidth import bandwidth_options
from openhyperv.cli.port_guards import guard_options
from openhyperv.cli.port_offload import offload_options
from openhyperv.cli.port_overlay import isolation_options, profile_options
from openhyperv.cli.port_rules import rule_options
from openhyperv.cli.port_vlan import vlan_options
from openhyperv.hyperv.ports.editing import PortEdit
from openhyperv.machine.port import PortSettings

_OPTIONS = (
    vlan_options,
    guard_options,
    bandwidth_options,
    rule_options,
    offload_options,
    isolation_options,
    profile_options,
)


class Words(Protocol):
    """What was said of one side of a port."""

    def edit(self, port: PortSettings) -> PortSettings:
        """The port as it is then."""
        ...


def port_options(command: Command) -> Command:
    """Add all these options; the command gets one :class:`Words` for each side of a port."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def edit_of(words: Mapping[str, Words], *arguments: str) -> PortEdit:
    """What the words make of a port; ``arguments`` are the parameters of the command that are no option.

    :raises UsageError: no option was given, or some contradict each other
    """
    context = click.get_current_context()
    options = context.params.keys() - set(arguments)
    if not any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in options):
        raise click.UsageError("Name at least one thing to change.")

    def edit(settings: PortSettings) -> PortSettings:
        return reduce(lambda port, said: said.edit(port), words.values(), settings)

    edit(PortSettings())
    return edit
