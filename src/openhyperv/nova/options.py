"""Every option of the driver, in the group ``[openhyperv]`` of nova.conf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PureWindowsPath

from oslo_config import cfg

from openhyperv.connection_options import CONNECTION_OPTIONS, read_target
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.layout import DEFAULT_ROOT, Layout
from openhyperv.machine.policy import Policy
from openhyperv.transport.target import Target

GROUP = cfg.OptGroup("openhyperv", "The Hyper-V host that this nova-compute runs, and how")

MACHINE_OPTIONS = [
    cfg.StrOpt(
        "root",
        default=str(DEFAULT_ROOT),
        help="The folder on the host for images and the files of instances.",
    ),
    cfg.StrOpt(
        "adopted_instances_path",
        help="The instances_path that a former driver had on the host, such as C:\\OpenStack\\Instances."
        " Its instances' machines are taken over when the service starts.",
    ),
    cfg.FloatOpt(
        "dynamic_memory_ratio",
        default=1.0,
        min=1.0,
        help="Instances start with their memory divided by this, and get more as they need it. 1 is static.",
    ),
    cfg.BoolOpt(
        "limit_cpu_features",
        default=False,
        help="Give instances only the processor features that all processors of a vendor have.",
    ),
    cfg.BoolOpt(
        "instance_automatic_shutdown",
        default=False,
        help="Shut instances down with the host, instead of saving them.",
    ),
    cfg.StrOpt(
        "config_drive_type",
        default="iso",
        choices=["iso", "disk"],
        help="What a config drive is to the guest: a DVD, or a disk.",
    ),
    cfg.BoolOpt(
        "config_drive_inject_password",
        default=False,
        help="Write the administrator's password to the config drive, where it then stays.",
    ),
    cfg.IntOpt(
        "wait_soft_reboot_seconds",
        default=60,
        min=0,
        help="How long a guest may take to shut down for a soft reboot before it is reset.",
    ),
    cfg.IntOpt(
        "host_retry_seconds",
        default=10,
        min=1,
        help="How long to wait before a host that is away is tried again.",
    ),
    cfg.BoolOpt(
        "enable_instance_metrics_collection",
        default=False,
        help="Have Hyper-V meter processors, memory, disks and traffic of every instance.",
    ),
]

OVS_OPTIONS = [
    cfg.StrOpt(
        "ovs_switch",
        help="The virtual switch on which the extension of Open vSwitch is enabled. Ports that Neutron binds "
        "as ovs are connected to it.",
    ),
    cfg.StrOpt(
        "ovsdb_connection",
        help="Where the database of the host's Open vSwitch listens, such as ssl:192.0.2.11:6640. With tcp "
        "whoever is on the way can read and change it.",
    ),
    cfg.StrOpt("ovsdb_ca_file", help="Who may have signed the certificate of that database."),
    cfg.StrOpt("ovsdb_certificate_file", help="The certificate that this service shows to it."),
    cfg.StrOpt("ovsdb_private_key_file", help="The key of that certificate, readable by the service only."),
    cfg.FloatOpt("ovsdb_timeout", default=10.0, min=1.0, help="Seconds that it may take to answer."),
]

OPTIONS = [*CONNECTION_OPTIONS, *MACHINE_OPTIONS, *OVS_OPTIONS]


def list_opts() -> Iterator[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """For ``oslo-config-generator --namespace openhyperv``."""
    yield GROUP, OPTIONS


def register(conf: cfg.ConfigOpts) -> None:
    """Make the options known; may be repeated."""
    conf.register_group(GROUP)
    conf.register_opts(OPTIONS, GROUP)


def target_of(conf: cfg.ConfigOpts) -> Target:
    """The host to run.

    :raises InvalidInputError: no address is given, or a value is of the wrong kind
    """
    return read_target(lambda name: conf.openhyperv[name])


def layout_of(conf: cfg.ConfigOpts) -> Layout:
    """Where files are on the host.

    :raises InvalidInputError: an option is no absolute path of Windows
    """
    given = conf.openhyperv
    adopted = given.adopted_instances_path
    return Layout(_path(given.root), _path(adopted) if adopted else None)


def _path(text: str) -> WindowsPath:
    return WindowsPath.parse(str(PureWindowsPath(text)))


def policy_of(conf: cfg.ConfigOpts) -> Policy:
    """What instances are like that do not say otherwise."""
    given = conf.openhyperv
    return Policy(
        dynamic_memory_ratio=given.dynamic_memory_ratio,
        limit_cpu_features=given.limit_cpu_features,
        automatic_shutdown=given.instance_automatic_shutdown,
    )
