"""Shielding data as the emulated host reads them, and a host that takes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import default_hardware
from openhyperv.emulator.rules.matching import Rules
from tests.emulated import emulated_host

KEY_PROTECTOR, POLICY = bytes(range(200)), b"a tenant's policy"


def shielding_data(secret: str = "") -> bytes:
    """A PDK in the emulated host's own form, as real ones are not documented; a secret may lie in it."""
    parts = {"key_protector": KEY_PROTECTOR, "policy": POLICY}
    encoded = {name: base64.b64encode(part).decode("ascii") for name, part in parts.items()}
    return json.dumps({"kind": "shielding data", **encoded, "answer file": secret}).encode()


@contextmanager
def guarded_host(data: Path, rules: Rules | None = None) -> Iterator[EmulatedHost]:
    """A host that a Host Guardian Service vouches for, with files."""
    hardware = evolve(default_hardware("HV1"), is_guarded=True)
    with emulated_host(data, rules, has_files=True, hardware=hardware) as host:
        yield host
