"""The answer where no port can be as asked."""

from __future__ import annotations

from openhyperv.machine.violations import BrokenRuleError, Rule


def port_refusal(rule: Rule, subject: str, message: str, remedy: str | None = None) -> BrokenRuleError:
    """The error to raise."""
    return BrokenRuleError(rule, subject, message, remedy=remedy, operation="design a port")
