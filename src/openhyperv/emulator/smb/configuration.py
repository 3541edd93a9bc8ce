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


_GLOBAL = {
    "server role": "standalone server",
    "workgroup": "WORKGROUP",
    "interfaces": "127.0.0.1/8",
    "bind interfaces only": "yes",
    "disable netbios": "yes",
    "server min protocol": "SMB2_10",
    "server signing": "mandatory",  # on every request ([MS-SMB2] 3.3.5.5)
    "server multi channel support": "no",
    "map to guest": "never",
    "restrict anonymous": "2",
    "load printers": "no",
    "printcap name": "/dev/null",
    "disable spoolss": "yes",
    "usershare max shares": "0",
    # A pipe that is not there is looked for by starting nine programs; ours alone are there.
    "rpc start on demand helpers": "no",
    "logging": "file",
    "max log size": "1000",
}
_DRIVE_C = {
    "comment": "Default share",
    "read only": "no",
    "browseable": "no",
    "create mask": "0644",
    "directory mask": "0755",
    "follow symlinks": "no",
    "map archive": "no",
    "strict allocate": "no",
    # The emulated host and QEMU change files behind Samba's back: clients may cache nothing.
    "oplocks": "no",
    "level2 oplocks": "no",
}


def configuration_text(
    layout: SambaLayout, *, host_name: str, port: int, unix_user: str, drive_c: Path
) -> str:
    """The text of smb.conf: SMB 2.1 and up, always signed, NTLMv2 only, no guests, one share."""
    own = {"netbios name": host_name[:15], "smb ports": str(port), "smb2 leases": "no"}
    share = {"path": str(drive_c), "valid users": unix_user, "force user": unix_user}
    return _section("global", _GLOBAL | own | _places(layout)) + _section("C$", _DRIVE_C | share)


def _places(layout: SambaLayout) -> dict[str, str]:
    """Everything that Samba would otherwise look for in /etc, /var and /run."""
    run = layout.run
    named = ("lock", "state", "cache", "pid")
    return {f"{name} directory": f"{run}/{name}" for name in named} | {
        "passdb backend": f"tdbsam:{run}/private/passdb.tdb",
        "private dir": f"{run}/private",
        "ncalrpc dir": f"{run}/ncalrpc",
        "username map": str(layout.username_map),
        "log file": str(layout.log),
    }


def _section(name: str, settings: dict[str, str]) -> str:
    return f"[{name}]\n" + "".join(f"    {key} = {value}\n" for key, value in settings.items())
