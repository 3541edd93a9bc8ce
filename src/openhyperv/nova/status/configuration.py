"""What the configuration files say of each host: Nova's own, and one more for each host of a fleet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen
from keystoneauth1 import loading
from oslo_config import cfg

from openhyperv.nova import options
from openhyperv.nova.fleet.members import members_of
from openhyperv.nova.status.old_options import OLD_OPTIONS

CATALOG_GROUP = "placement"
"""Whose account looks at the catalog and at images: a compute service has to have it."""

_HOSTS_DIRECTORY = cfg.StrOpt(
    "hosts-dir", help="A directory of files <host>.conf, as openhyperv-fleet reads."
)
_NOVA_OPTIONS = [cfg.StrOpt("compute_driver"), cfg.StrOpt("host")]
_SCHEDULER_OPTIONS = [cfg.StrOpt("image_properties_default_architecture")]


@frozen
class HostConfiguration:
    """A host's name, for people, and its options."""

    name: str
    conf: cfg.ConfigOpts


def register(conf: cfg.ConfigOpts) -> None:
    """Make known what the checks read, and the argument that names a fleet's directory."""
    conf.register_cli_opt(_HOSTS_DIRECTORY)
    _register_options(conf)


def hosts_of(conf: cfg.ConfigOpts) -> Iterator[HostConfiguration]:
    """The host of nova.conf, or those of the directory.

    :raises OSError: the directory cannot be read
    """
    if conf.hosts_dir is None:
        yield HostConfiguration(conf.host or conf.openhyperv.address or "(no host)", conf)
        return
    for member in members_of(Path(conf.hosts_dir)).values():
        own = cfg.ConfigOpts()
        _register_options(own)
        own([], default_config_files=[*conf.config_file, str(member.file)])
        yield HostConfiguration(member.name, own)


def _register_options(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(_NOVA_OPTIONS)
    conf.register_opts(_SCHEDULER_OPTIONS, "filter_scheduler")
    options.register(conf)
    conf.register_opts([cfg.StrOpt(option.name) for option in OLD_OPTIONS], "hyperv")
    loading.register_session_conf_options(conf, CATALOG_GROUP)
    loading.register_auth_conf_options(conf, CATALOG_GROUP)
    loading.register_adapter_conf_options(conf, "glance")
    conf.set_default("service_type", "image", "glance")
