"""Every option of the driver, in the group ``[openhyperv]`` of nova.conf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from oslo_config import cfg

from openhyperv.errors import InvalidInputError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.layout import DEFAULT_ROOT, Layout
from openhyperv.machine.policy import Policy
from openhyperv.transport.target import AuthenticationMethod, Target, Transport

GROUP = cfg.OptGroup("openhyperv", "The Hyper-V host that this nova-compute runs, and how")

CONNECTION_OPTIONS = [
    cfg.StrOpt("address", help="Name or IP address of the Hyper-V host; the name that Kerberos knows it by."),
    cfg.StrOpt(
        "transport",
        default=Transport.HTTP.value,
        choices=[each.value for each in Transport],
        help="What carries WS-Management. Over http every message is sealed by the authentication.",
    ),
    cfg.PortOpt("port", help="The WinRM listener's port; 5985 for http and 5986 for https if unset."),
    cfg.StrOpt("username", help="The account, such as USER@REALM. Unset: whoever holds the Kerberos ticket."),
    cfg.StrOpt("password", secret=True, help="The account's password; password_file keeps it out of here."),
    cfg.StrOpt("password_file", help="A file whose first line is the password, readable by nova only."),
    cfg.StrOpt("ca_file", help="Certificates that the host's is checked against; the system's if unset."),
    cfg.StrOpt(
        "authentication",
        default=AuthenticationMethod.NEGOTIATE.value,
        choices=[each.value for each in AuthenticationMethod],
        help="How the account is proved. basic is refused outside https.",
    ),
    cfg.PortOpt("smb_port", default=445, help="The port of the host's file service."),
]

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

OPTIONS = [*CONNECTION_OPTIONS, *MACHINE_OPTIONS]


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
    given = conf.openhyperv
    if not given.address:
        raise InvalidInputError(
            "No Hyper-V host is given.", remedy="Set address in the group [openhyperv] of nova.conf."
        )
    transport = Transport(given.transport)
    return Target(
        host=given.address,
        transport=transport,
        port=given.port or transport.default_port,
        username=given.username,
        password=_password(given),
        ca_file=Path(given.ca_file) if given.ca_file else None,
        authentication=AuthenticationMethod(given.authentication),
        smb_port=given.smb_port,
    )


def _password(given: cfg.ConfigOpts) -> str | None:
    if not given.password_file:
        return None if given.password is None else str(given.password)
    try:
        return Path(given.password_file).read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"The password cannot be read: {error}.", target=given.password_file
        ) from error


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
