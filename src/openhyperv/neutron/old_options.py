"""Options of networking-hyperv that its agents read, and this one does not."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from oslo_config import cfg


@frozen
class OldOption:
    """An option by its group, and what is so now."""

    group: str
    name: str
    instead: str


_EVENTS = "ports are found by events"
_RETRIED = "ports that fail are tried again for as long as it takes, after longer and longer pauses"
_NVGRE = "Microsoft has given NVGRE up"
_CONTROLLER = "ports of the Windows network controller are not served"

OLD_OPTIONS = (
    OldOption("AGENT", "polling_interval", _EVENTS),
    OldOption("AGENT", "worker_retry", _RETRIED),
    OldOption("AGENT", "metrics_max_retries", _RETRIED),
    OldOption("AGENT", "enable_qos_extension", "QoS policies are always kept"),
    OldOption("AGENT", "neutron_metadata_address", _NVGRE),
    OldOption("NVGRE", "enable_support", _NVGRE),
    OldOption("NVGRE", "provider_vlan_id", _NVGRE),
    OldOption("NVGRE", "provider_tunnel_ip", _NVGRE),
    OldOption("HNV", "logical_network", _CONTROLLER),
)


def left_over(conf: cfg.ConfigOpts) -> Iterator[OldOption]:
    """Those that the configuration files still set."""
    for option in OLD_OPTIONS:
        conf.register_opt(cfg.StrOpt(option.name), option.group)
        if conf[option.group][option.name] is not None:
            yield option
