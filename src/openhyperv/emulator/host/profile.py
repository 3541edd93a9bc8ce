"""Which Windows Server release a host pretends to be, and what follows from that."""

from __future__ import annotations

from typing import Self

from attrs import frozen

from openhyperv.cim.release import Release


@frozen
class Profile:
    """One release: its build and the VM configuration versions it runs, oldest first.

    Versions: Microsoft, "Supported virtual machine configuration versions"; builds: "Windows Server release
    information".
    """

    release: Release
    caption: str
    configuration_versions: tuple[str, ...]

    @classmethod
    def named(cls, name: str) -> Self:
        """The profile of ``2012R2``, ``2016``, ``2019``, ``2022`` or ``2025``.

        :raises KeyError: no such profile
        """
        release = Release.named(name)
        return cls(release, f"Microsoft Windows Server {_MARKETING[release]} Datacenter", _VERSIONS[release])

    @property
    def label(self) -> str:
        """The name it goes by on the command line: ``2012R2``."""
        return self.release.label

    @property
    def build(self) -> int:
        """The build number: 26100 for Windows Server 2025."""
        return int(self.release)

    @property
    def kernel_version(self) -> str:
        """Major, minor and build: ``10.0.26100``."""
        prefix = "6.3" if self.release <= Release.WS2012R2 else "10.0"
        return f"{prefix}.{self.build}"

    @property
    def default_configuration_version(self) -> str:
        """What a new VM gets: the newest that this release supports."""
        return self.configuration_versions[-1]

    def has(self, since: Release) -> bool:
        """True where something that came with ``since`` is there."""
        return self.release >= since

    def maximum_processors(self, generation: int) -> int:
        """Virtual processors that one VM may have (Microsoft, "Plan for Hyper-V scalability")."""
        return 64 if generation == 1 else _GENERATION_2_PROCESSORS[self.release]

    @property
    def maximum_synthetic_adapters(self) -> int:
        """Network adapters that one VM may have (Microsoft, "Plan for Hyper-V scalability")."""
        return 64 if self.has(Release.WS2019) else 8

    def maximum_memory_mb(self, generation: int) -> int:
        """Memory that one VM may have (Microsoft, "Plan for Hyper-V scalability")."""
        return _TEBIBYTE_MB if generation == 1 else _GENERATION_2_MEMORY_TIB[self.release] * _TEBIBYTE_MB


ROLE_NAMESPACES = frozenset({"root/hypervcluster/v2", "root/microsoftdns", "root/mscluster"})
"""What Failover Clustering and DNS Server bring along; a host that is for Hyper-V alone has neither."""

_MARKETING = {
    Release.WS2012R2: "2012 R2",
    Release.WS2016: "2016",
    Release.WS2019: "2019",
    Release.WS2022: "2022",
    Release.WS2025: "2025",
}
_VERSIONS = {
    Release.WS2012R2: ("4.0", "5.0"),
    Release.WS2016: ("5.0", "6.2", "7.0", "7.1", "8.0"),
    Release.WS2019: ("5.0", "6.2", "7.0", "7.1", "8.0", "8.1", "8.2", "8.3", "9.0"),
    Release.WS2022: ("8.0", "8.1", "8.2", "8.3", "9.0", "9.1", "9.2", "9.3", "10.0"),
    # UNVERIFIED: that 2025 still takes every version from 8.0 on
    Release.WS2025: ("8.0", "8.1", "8.2", "8.3", "9.0", "9.1", "9.2", "9.3", "10.0", "11.0", "12.0"),
}
_GENERATION_2_PROCESSORS = {
    Release.WS2012R2: 64,
    Release.WS2016: 240,
    Release.WS2019: 240,
    Release.WS2022: 1024,
    Release.WS2025: 2048,
}
_TEBIBYTE_MB = 1 << 20
_GENERATION_2_MEMORY_TIB = {
    Release.WS2012R2: 1,
    Release.WS2016: 12,
    Release.WS2019: 12,
    Release.WS2022: 12,
    Release.WS2025: 240,
}
