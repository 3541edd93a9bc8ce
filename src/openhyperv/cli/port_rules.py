"""The rules of an adapter's port, as options."""

from __future__ import annotations

import click
from attrs import evolve, frozen

from openhyperv.cli.gathering import gathered
from openhyperv.cli.rule_words import RuleFile, RuleWords
from openhyperv.machine.port import Action, PortRule, PortSettings


@frozen(kw_only=True)
class RuleOptions:
    """What was given."""

    allow: tuple[PortRule, ...]
    deny: tuple[PortRule, ...]
    rules_from: tuple[PortRule, ...] | None
    is_open: bool
    is_closed: bool

    def edit(self, port: PortSettings) -> PortSettings:
        """The port with these rules instead of all that it has; none given leaves them.

        :raises UsageError: rules are given, and something else instead of rules
        """
        listed = (*self.allow, *self.deny, *(self.rules_from or ()))
        has_list = bool(listed) or self.rules_from is not None
        if has_list + self.is_open + self.is_closed > 1:
            raise click.UsageError("Give rules, or --open, or --closed.")
        if has_list or self.is_closed:
            return evolve(port, rules=listed)
        return evolve(port, rules=None) if self.is_open else port


rule_options = gathered(
    "rules",
    RuleOptions,
    (
        click.option(
            "--allow",
            multiple=True,
            type=RuleWords(Action.ALLOW),
            help="Let this pass, and drop what no rule allows; in,tcp,port=22,remote=10.0.0.0/8,stateful.",
        ),
        click.option(
            "--deny", multiple=True, type=RuleWords(Action.DENY), help="Drop this, whatever is allowed."
        ),
        click.option("--rules-from", type=RuleFile(), help="Rules from a file, a line each: allow in,icmp"),
        click.option("--open", "is_open", is_flag=True, help="Filter nothing."),
        click.option("--closed", "is_closed", is_flag=True, help="Let nothing pass."),
    ),
)
