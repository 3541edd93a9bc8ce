"""What to type next."""

from __future__ import annotations

import os

import click

from lab import clouds
from lab.places import CHECKOUT
from lab.resources import FLAVOR, NETWORK
from lab.settings import Lab

_TEXT = """
Everything is up. To use it:

  {set}
  {client} server create --image debian-secure-boot --flavor {flavor} --network {network} --wait first
  {client} console log show first | grep GUEST-UP

The last line shows what the guest, a real Debian kernel in QEMU, says of its firmware: secureboot=1.
Logs are in {logs}.
"""


def print_instructions(lab: Lab) -> None:
    """Say how to create a first server, and how to see that its guest is real."""
    settings = " ".join(f"{name}={value}" for name, value in clouds.variables(lab).items())
    client = os.path.relpath(lab.places.program("openstack"), CHECKOUT)
    click.echo(
        _TEXT.format(
            set=f"export {settings}", client=client, flavor=FLAVOR, network=NETWORK, logs=lab.places.logs
        )
    )
