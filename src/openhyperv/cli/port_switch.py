"""Where an adapter is plugged in, as an option."""

from __future__ import annotations

import click

NOWHERE = "none"
"""The word for no switch; one of that name is given by its GUID."""
SWITCH_OPTION = click.option("--switch", help="Plug it into this switch; 'none' pulls it out.")
