"""The private Samba's smb.conf: everything it reads or writes is named here, nothing of /etc is used."""

from __future__ import annotations

import re
from pathlib import Path

from attrs import field, frozen

_ACCOUNT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,19}$")
"""Windows account names have at most 20 characters; what smb.conf would read as syntax is left out."""


@frozen
class SmbAccount:
    """The Windows account that may use the host's shares."""

    name: str
    password: str = field(repr=False)

    def __attrs_post_init__(self) -> None:
        if not _ACCOUNT.match(self.name):
            raise ValueError(f"Not an account name: {self.name!r}.")
        if not self.password or "\n" in self.password:
            raise ValueError("The password is empty or has a line break.")


@frozen
class SambaLayout:
    """Where the private Samba keeps what. ``run`` holds sockets, so its path must be short."""

    kept: Path
    run: Path

    @property
    def configuration(self) -> Path:
        """smb.conf itself."""
        return self.run / "smb.conf"

    @property
    def username_map(self) -> Path:
        """Which Windows account is which account of this machine."""
        return self.run / "users.map"

    @property
    def pipes(self) -> Path:
        """smbd looks for the named pipe ``x`` at ``<ncalrpc dir>/np/x``."""
        return self.run / "ncalrpc" / "np"

    @property
    def log(self) -> Path:
        """What smbd itself has to say."""
        return self.kept / "smbd.log"

    def make(self) -> None:
        """Create the directories, closed to everyone else: smbd refuses a pipe directory that is open."""
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc", "ncalrpc/np"):
            (self.run / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.run / "ncalrpc").chmod(0o755)  # smbd insists on that one
        self.kept.mkdir(mode=0o700, parents=True, exist_ok=True)


def configuration_text(
    layout: SambaLayout, *, host_name: str, port: int, unix_user: str, drive_c: Path
) -> str:
    """The text of smb.conf.

    SMB 2.1 and up, signing always required ([MS-SMB2] 3.3.5.5), NTLMv2 only, no guests, no printers. Files
    are also changed behind its back (by the emulated host and by QEMU): clients get no oplocks or leases.
    """
    settings = {
        "server role": "standalone server",
        "workgroup": "WORKGROUP",
        "netbios name": host_name[:15],
        "smb ports": str(port),
        "interfaces": "lo",
        "bind interfaces only": "yes",
        "disable netbios": "yes",
        "passdb backend": f"tdbsam:{layout.run}/private/passdb.tdb",
        "private dir": f"{layout.run}/private",
        "lock directory": f"{layout.run}/lock",
        "state directory": f"{layout.run}/state",
        "cache directory": f"{layout.run}/cache",
        "pid directory": f"{layout.run}/pid",
        "ncalrpc dir": f"{layout.run}/ncalrpc",
        "username map": str(layout.username_map),
        "log file": str(layout.log),
        "max log size": "1000",
        "logging": "file",
        "load printers": "no",
        "printcap name": "/dev/null",
        "disable spoolss": "yes",
        "usershare max shares": "0",
        "map to guest": "never",
        "restrict anonymous": "2",
        "server min protocol": "SMB2_10",
        "server signing": "mandatory",
        "server multi channel support": "no",
        "oplocks": "no",
        "level2 oplocks": "no",
        "smb2 leases": "no",
        "follow symlinks": "no",
        "map archive": "no",
        "strict allocate": "no",
        "use sendfile": "no",
    }
    share = {
        "path": str(drive_c),
        "comment": "Default share",
        "read only": "no",
        "browseable": "no",
        "valid users": unix_user,
        "force user": unix_user,
        "create mask": "0644",
        "directory mask": "0755",
    }
    return _section("global", settings) + _section("C$", share)


def _section(name: str, settings: dict[str, str]) -> str:
    return f"[{name}]\n" + "".join(f"    {key} = {value}\n" for key, value in settings.items())
