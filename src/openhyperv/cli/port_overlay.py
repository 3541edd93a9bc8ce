"""What ties a port to virtualized networks, as options."""

from __future__ import annotations

from uuid import UUID

import click
from attrs import evolve, frozen

from openhyperv.cli.gathering import gathered, given
from openhyperv.machine.port import PortSettings
from openhyperv.machine.port_isolation import IsolationMode, PortIsolation
from openhyperv.machine.port_profile import PortProfile

_MODES = {mode.name.lower().replace("_", "-"): mode for mode in IsolationMode}


@frozen(kw_only=True)
class IsolationWords:
    """What was given; None where it was not."""

    mode: IsolationMode | None
    default_id: int | None
    allow_untagged: bool | None
    multi_tenant: bool | None

    def edit(self, port: PortSettings) -> PortSettings:
        """The port isolated like that."""
        if not (changed := given(self)):
            return port
        present = port.isolation or PortIsolation(mode=IsolationMode.NONE)
        return evolve(port, isolation=evolve(present, **changed))


@frozen(kw_only=True)
class ProfileWords:
    """What was given; None where it was not."""

    profile_id: UUID | None
    profile_name: str | None
    vendor_id: UUID | None
    vendor_name: str | None
    net_cfg_instance_id: UUID | None
    cdn_label_id: int | None
    cdn_label: str | None
    profile_data: int | None

    def edit(self, port: PortSettings) -> PortSettings:
        """The port under that profile."""
        if not (changed := given(self)):
            return port
        return evolve(port, profile=evolve(port.profile or PortProfile(), **changed))


def _mode(_ctx: click.Context, _param: click.Parameter, word: str | None) -> IsolationMode | None:
    return None if word is None else _MODES[word]


isolation_options = gathered(
    "isolation",
    IsolationWords,
    (
        click.option(
            "--isolation",
            "mode",
            type=click.Choice(list(_MODES)),
            callback=_mode,
            help="Isolate it by network virtualization.",
        ),
        click.option(
            "--isolation-id", "default_id", type=click.IntRange(0), help="The network of untagged traffic."
        ),
        click.option(
            "--untagged/--no-untagged", "allow_untagged", default=None, help="Let untagged traffic pass."
        ),
        click.option(
            "--multi-tenant/--no-multi-tenant", default=None, help="Tell the guest which network is whose."
        ),
    ),
)
profile_options = gathered(
    "profile",
    ProfileWords,
    (
        click.option("--profile-id", type=click.UUID, help="The policy that it is under."),
        click.option("--profile-name", help="Its name."),
        click.option("--vendor-id", type=click.UUID, help="Whose policy that is."),
        click.option("--vendor-name", help="Their name."),
        click.option("--net-cfg-id", "net_cfg_instance_id", type=click.UUID, help="NetCfgInstanceId."),
        click.option("--cdn-label-id", type=click.IntRange(0), help="CdnLabelId."),
        click.option("--cdn-label", help="CdnLabelString."),
        click.option("--profile-data", type=click.IntRange(0), help="More for whoever reads the profile."),
    ),
)
