"""How the host serves machines' consoles over RDP: Msvm_TerminalServiceSettingData."""

from __future__ import annotations

import json
from pathlib import Path

from attrs import asdict, define, field

CONSOLE_PORT = 2179
"""Where hosts listen for console connections unless told otherwise (Microsoft, "Hyper-V firewall rules")."""


@define(eq=False)
class TerminalSettings:
    """What the administrator can change. Certificates are named by their hashes."""

    listener_port: int = CONSOLE_PORT
    makes_no_certificate: bool = False
    certificate_hash: list[int] = field(factory=list)
    trusted_issuers: list[str] = field(factory=list)
    hash_algorithms: list[str] = field(factory=list)


def load_terminal_settings(file: Path) -> TerminalSettings:
    """The settings as they were last kept; on a new host the initial ones."""
    return TerminalSettings(**json.loads(file.read_text("utf-8"))) if file.exists() else TerminalSettings()


def save_terminal_settings(file: Path, settings: TerminalSettings) -> None:
    """Keep settings; a crash leaves the old or the new ones."""
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(settings)), "utf-8")
    temporary.replace(file)
