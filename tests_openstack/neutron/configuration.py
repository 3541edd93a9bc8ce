"""The configuration of an agent, as files and as the agent's command reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from neutron.common import config as neutron_config
from neutron.conf.agent import common as agent_config
from neutron.conf.agent import securitygroups_rpc as securitygroups_config
from oslo_config import cfg
from tests.emulated import target_of

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.neutron import options

SWITCHES = ("external", "private")


def agent_ini(hosts: Mapping[str, EmulatedHost]) -> str:
    """The configuration of an agent that serves those hosts."""
    lines = [
        "[DEFAULT]",
        "transport_url = fake://",
        "rpc_response_timeout = 3",
        "[AGENT]",
        "physical_network_vswitch_mappings = physnet*:external",
        "local_network_vswitch = private",
        "report_interval = 1",
        "[openhyperv]",
        f"hosts = {', '.join(hosts)}",
    ]
    for name, host in hosts.items():
        target = target_of(host)
        lines += [
            f"[openhyperv_host:{name}]",
            f"address = {target.host}",
            f"transport = {target.transport}",
            f"port = {target.port}",
            f"username = {target.username}",
            f"password = {target.password}",
            f"ca_file = {target.ca_file or ''}",
        ]
    return "\n".join(lines)


def configure(path: Path, ini: str) -> cfg.ConfigOpts:
    """Read a configuration the way the agent's command does."""
    neutron_config.register_common_config_options()
    agent_config.register_agent_state_opts_helper(cfg.CONF)
    securitygroups_config.register_securitygroups_opts()
    options.register(cfg.CONF)
    path.write_text(ini, "utf-8")
    neutron_config.init(["--config-file", str(path)])
    return cfg.CONF
