"""``openhyperv-status``: the command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TypeAlias

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from openhyperv.nova.status import configuration_checks, host_checks
from openhyperv.nova.status.configuration import HostConfiguration, hosts_of, register
from openhyperv.nova.status.image_checks import version_requirements
from openhyperv.nova.status.verdict import Verdict, result_of

_ConfigurationCheck: TypeAlias = Callable[[cfg.ConfigOpts], Verdict]

_OF_CONFIGURATION: Mapping[str, _ConfigurationCheck] = {
    "Driver": configuration_checks.driver,
    "Options of old drivers": configuration_checks.old_options,
    "Host proves who it is": configuration_checks.transport,
    "Password is kept": configuration_checks.password,
}


class Checks(upgradecheck.UpgradeCommands):
    """Every check, over every host; hosts are asked once."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._known_hosts: tuple[HostConfiguration, ...] | None = None
        self._seen: dict[str, Mapping[str, Verdict]] = {}

    @property
    def _upgrade_checks(self) -> tuple[tuple[str, Callable[[Checks], upgradecheck.Result]], ...]:
        of_configuration = [(name, _by_configuration(check)) for name, check in _OF_CONFIGURATION.items()]
        of_hosts = [(name, _by_host(name)) for name in host_checks.NAMES.values()]
        return (*of_configuration, *of_hosts, ("Versions that images ask for", Checks.images))

    @property
    def hosts(self) -> tuple[HostConfiguration, ...]:
        """Read when the arguments have been."""
        if self._known_hosts is None:
            self._known_hosts = tuple(hosts_of(self._conf))
        return self._known_hosts

    def seen(self, host: HostConfiguration) -> Mapping[str, Verdict]:
        """What the host answers."""
        if host.name not in self._seen:
            self._seen[host.name] = host_checks.look_at(host.conf)
        return self._seen[host.name]

    def images(self) -> upgradecheck.Result:
        """Images belong to no host."""
        return result_of([("images", version_requirements(self._conf))])


def _by_configuration(check: _ConfigurationCheck) -> Callable[[Checks], upgradecheck.Result]:
    return lambda checks: result_of((host.name, check(host.conf)) for host in checks.hosts)


def _by_host(name: str) -> Callable[[Checks], upgradecheck.Result]:
    return lambda checks: result_of((host.name, checks.seen(host)[name]) for host in checks.hosts)


def main() -> None:
    """Exit with 0 for success, 1 for warnings, 2 for failures, 255 for an error of the checks themselves."""
    conf = cfg.ConfigOpts()
    register(conf)
    sys.exit(upgradecheck.main(conf, "nova", Checks(conf), sys.argv[1:]))
