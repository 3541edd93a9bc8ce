"""Parts of these pages that are made from the code when they are built, so that they cannot differ from it.

In a page:

    :::{generated} hv-commands
    :::
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from extension.capabilities import capabilities, capability_counts
from extension.changes import changes
from extension.command_line import hv_commands, hvsim_commands, settings
from extension.coverage import classes_and_methods, coverage_counts
from extension.failures import exit_codes
from extension.fault_rules import fault_actions
from extension.machine_rules import granted_properties, harmless_properties, machine_limits, machine_rules
from extension.old_options import old_options
from extension.os_win_methods import os_win_counts, os_win_methods
from extension.unverified import unverified_count, unverified_facts
from extension.vocabulary import (
    extra_spec_commands,
    image_properties,
    image_property_commands,
    openstack_extra_specs,
    own_extra_specs,
)

PARTS: Mapping[str, Callable[[], str]] = {
    "hv-commands": hv_commands,
    "hvsim-commands": hvsim_commands,
    "settings": settings,
    "exit-codes": exit_codes,
    "image-properties": image_properties,
    "openstack-extra-specs": openstack_extra_specs,
    "own-extra-specs": own_extra_specs,
    "image-property-commands": image_property_commands,
    "extra-spec-commands": extra_spec_commands,
    "machine-rules": machine_rules,
    "machine-limits": machine_limits,
    "harmless-properties": harmless_properties,
    "granted-properties": granted_properties,
    "fault-actions": fault_actions,
    "coverage-counts": coverage_counts,
    "classes-and-methods": classes_and_methods,
    "capability-counts": capability_counts,
    "capabilities": capabilities,
    "changes": changes,
    "old-options": old_options,
    "os-win-counts": os_win_counts,
    "os-win-methods": os_win_methods,
    "unverified-count": unverified_count,
    "unverified-facts": unverified_facts,
}
"""Each part by its name; it returns Markdown."""


class Generated(SphinxDirective):
    """Puts one part in its place."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The part's nodes; an unknown name stops the build."""
        part = PARTS.get(self.arguments[0])
        if part is None:
            raise self.error(f"There is no part {self.arguments[0]!r}; there are {', '.join(PARTS)}.")
        self.env.note_reread()  # what it is made from can change while the page does not
        return self.parse_text_to_nodes(part(), allow_section_headings=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Called by Sphinx."""
    app.add_directive("generated", Generated)
    return {"version": "1", "parallel_read_safe": True}
