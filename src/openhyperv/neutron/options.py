"""Every option of the agent: the hosts in ``[openhyperv]``, the rest in ``[AGENT]``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

from attrs import frozen
from oslo_config import cfg

from openhyperv.connection_options import CONNECTION_OPTIONS, read_target
from openhyperv.errors import InvalidInputError, error_context
from openhyperv.neutron.host_watch import Pace
from openhyperv.neutron.mappings import SwitchMappings, parse_mappings
from openhyperv.neutron.qos.promises import PromisedBandwidth, promised_bandwidth
from openhyperv.transport.target import Target

HOSTS_GROUP = cfg.OptGroup("openhyperv", "The Hyper-V hosts that the agent serves, and how it reaches them")
AGENT_GROUP = cfg.OptGroup("AGENT")

HOSTS_OPTION = cfg.ListOpt(
    "hosts",
    default=[],
    help="The hosts to serve, each by the name that its nova-compute has as host. What is true of one of "
    "them only is in a group [openhyperv_host:NAME], which takes the options of this group, and of [AGENT] "
    "those about switches. Without it, the agent serves one host, named by host in [DEFAULT].",
)

SWITCH_OPTIONS = [
    cfg.ListOpt(
        "physical_network_vswitch_mappings",
        help="Entries of the form PHYSICAL_NETWORK:SWITCH, where * in a physical network is any text; the "
        "first that fits counts.",
    ),
    cfg.StrOpt("local_network_vswitch", help="The switch for networks of type local."),
    cfg.ListOpt(
        "resource_provider_bandwidths",
        help="Entries of the form SWITCH:EGRESS:, the bandwidth in kbit/s that a switch can promise its "
        "ports together. Placement counts what of it ports with a minimum take. What guests receive cannot "
        "be promised.",
    ),
    cfg.DictOpt(
        "resource_provider_inventory_defaults",
        default={"allocation_ratio": "1.0", "min_unit": "1", "step_size": "1", "reserved": "0"},
        help="What placement is told of these bandwidths besides: allocation_ratio, min_unit, max_unit, "
        "step_size and reserved.",
    ),
]

WORK_OPTIONS = [
    cfg.IntOpt("worker_count", default=12, min=1, help="How many ports of a host are bound at once."),
    cfg.BoolOpt(
        "enable_metrics_collection",
        default=False,
        help="Have Hyper-V count the traffic of every port, with all else that it meters of machines.",
    ),
    cfg.FloatOpt(
        "adapter_list_interval",
        default=60.0,
        min=1.0,
        help="Seconds after which the adapters of a host are listed anew, in case an event was lost.",
    ),
    cfg.FloatOpt(
        "port_check_interval",
        default=600.0,
        min=1.0,
        help="Seconds after which all ports of a host are looked at, by one request, and those that somebody "
        "has changed there are made again what they should be.",
    ),
]


@frozen
class ServedHost:
    """A host to serve: ``name`` is Neutron's and Nova's word for it, ``target`` the way to it."""

    name: str
    target: Target
    mappings: SwitchMappings
    promised: PromisedBandwidth
    has_port_filter: bool
    is_metered: bool
    worker_count: int
    pace: Pace
    report_interval_s: float


def list_opts() -> Iterator[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """For ``oslo-config-generator --namespace openhyperv.neutron``."""
    yield HOSTS_GROUP, [HOSTS_OPTION, *CONNECTION_OPTIONS]
    yield AGENT_GROUP, [*SWITCH_OPTIONS, *WORK_OPTIONS]


def register(conf: cfg.ConfigOpts) -> None:
    """Make the options known; may be repeated."""
    conf.register_opts([HOSTS_OPTION, *CONNECTION_OPTIONS], HOSTS_GROUP)
    conf.register_opts([*SWITCH_OPTIONS, *WORK_OPTIONS], AGENT_GROUP)


def served_hosts(conf: cfg.ConfigOpts) -> list[ServedHost]:
    """The hosts to serve.

    :raises InvalidInputError: one has no address or that of another, or an option is not what it has to be
    """
    if not conf.openhyperv.hosts:
        return [_served(conf, conf.host, _Settings(conf))]
    hosts = [_named(conf, name) for name in dict.fromkeys(conf.openhyperv.hosts)]
    _check_apart(hosts)
    return hosts


def _check_apart(hosts: Sequence[ServedHost]) -> None:
    """Two agents of one host would undo each other's work."""
    owners: dict[tuple[str, int], str] = {}
    for each in hosts:
        address = (each.target.host.lower(), each.target.port)
        owner = owners.setdefault(address, each.name)
        if owner != each.name:
            raise InvalidInputError(
                f"The hosts {owner} and {each.name} have the same address.",
                target=each.target.host,
                remedy=f"Set address in the group [openhyperv_host:{each.name}].",
            )


def _named(conf: cfg.ConfigOpts, name: str) -> ServedHost:
    group = f"openhyperv_host:{name}"
    conf.register_opts([_without_default(each) for each in (*CONNECTION_OPTIONS, *SWITCH_OPTIONS)], group)
    return _served(conf, name, _Settings(conf, group))


def _served(conf: cfg.ConfigOpts, name: str, settings: _Settings) -> ServedHost:
    with error_context(host=name):
        target = read_target(settings.connection)
        mappings = parse_mappings(
            settings.switch("physical_network_vswitch_mappings") or (),
            settings.switch("local_network_vswitch"),
        )
        return ServedHost(
            name=name,
            target=target,
            mappings=mappings,
            promised=promised_bandwidth(
                settings.switch("resource_provider_bandwidths") or (),
                settings.switch("resource_provider_inventory_defaults"),
                mappings,
            ),
            has_port_filter=conf.SECURITYGROUP.enable_security_group,
            is_metered=conf.AGENT.enable_metrics_collection,
            worker_count=conf.AGENT.worker_count,
            pace=Pace(conf.AGENT.adapter_list_interval, conf.AGENT.port_check_interval),
            report_interval_s=conf.AGENT.report_interval,
        )


def _without_default(option: cfg.Opt) -> cfg.Opt:
    bare = copy(option)
    bare.default = None
    return bare


_SECRETS = frozenset({"password", "password_file"})


class _Settings:
    """What is set for a host: in its own group, or else for all of them."""

    def __init__(self, conf: cfg.ConfigOpts, group: str | None = None) -> None:
        self._conf = conf
        self._group = group

    def connection(self, name: str) -> Any:
        own = self._own(name)
        has_own_secret = name in _SECRETS and any(self._own(each) is not None for each in _SECRETS)
        return own if own is not None or has_own_secret else self._conf.openhyperv[name]

    def switch(self, name: str) -> Any:
        own = self._own(name)
        return self._conf.AGENT[name] if own is None else own

    def _own(self, name: str) -> Any:
        return None if self._group is None else self._conf[self._group][name]
