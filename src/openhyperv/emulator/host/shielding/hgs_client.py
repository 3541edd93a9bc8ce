"""The host as a client of a Host Guardian Service: MSFT_HgsClientConfiguration (Microsoft's page)."""

from __future__ import annotations

import json
from enum import IntEnum
from pathlib import Path

from attrs import asdict, frozen


class Mode(IntEnum):
    """MSFT_HgsClientConfiguration.Mode."""

    LOCAL = 1
    SECURE_HOSTING = 2


class Attestation(IntEnum):
    """MSFT_HgsClientConfiguration.AttestationStatus."""

    NOT_CONFIGURED = 0
    PASSED = 100
    NOT_AUTHORIZED = 301


@frozen
class HgsClient:
    """Which service the host asks for keys and attestation; none in local mode."""

    key_protection_url: str = ""
    attestation_url: str = ""

    @property
    def mode(self) -> Mode:
        """Local without a service."""
        return Mode.SECURE_HOSTING if self.attestation_url else Mode.LOCAL

    def attestation(self, *, is_trusted: bool) -> Attestation:
        """What the service says of a host that it trusts or not."""
        if self.mode is Mode.LOCAL:
            return Attestation.NOT_CONFIGURED
        return Attestation.PASSED if is_trusted else Attestation.NOT_AUTHORIZED


IN_A_GUARDED_FABRIC = HgsClient(
    "http://hgs.bastion.local/KeyProtection", "http://hgs.bastion.local/Attestation"
)
"""What a guarded host starts with: an address out of Microsoft's guides that nothing answers at."""


def load_hgs_client(file: Path, *, is_guarded: bool) -> HgsClient:
    """The configuration as it was last kept; on a new host that of a guarded or an ordinary one."""
    if file.exists():
        return HgsClient(**json.loads(file.read_text("utf-8")))
    return IN_A_GUARDED_FABRIC if is_guarded else HgsClient()


def save_hgs_client(file: Path, client: HgsClient) -> None:
    """Keep a configuration; a crash leaves the old or the new one."""
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(client)), "utf-8")
    temporary.replace(file)
