"""A private Kerberos realm: MIT's own KDC on a free port, run as whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from attrs import define, field

REALM = "EXAMPLE.TEST"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def mit_kdc() -> str | None:
    """The KDC's program, or None where Debian's krb5-kdc is not installed."""
    return shutil.which("krb5kdc", path=_PATH)


@define
class Realm:
    """A realm in a folder; ``environment`` makes the Kerberos library use it."""

    folder: Path
    port: int
    _kdc: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @classmethod
    def create(cls, folder: Path) -> Realm:
        realm = cls(folder, _free_port())
        realm._write_configuration()
        realm._run("kdb5_util", "create", "-s", "-W", "-r", REALM, "-P", "master")
        realm.start()
        return realm

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "KRB5_CONFIG": str(self.folder / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
            "KRB5_KTNAME": str(self.folder / "keytab"),
            "KRB5RCACHETYPE": "none",
        }

    def _write_configuration(self) -> None:
        (self.folder / "krb5.conf").write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            f" dns_canonicalize_hostname = false\n rdns = false\n"
            f"[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{self.port}\n }}\n"
        )
        (self.folder / "kdc.conf").write_text(
            f"[kdcdefaults]\n kdc_listen = 127.0.0.1:{self.port}\n kdc_tcp_listen = 127.0.0.1:{self.port}\n"
            f"[realms]\n {REALM} = {{\n  database_name = {self.folder / 'principals'}\n"
            f"  key_stash_file = {self.folder / 'stash'}\n  acl_file = {self.folder / 'acl'}\n }}\n"
        )

    def start(self) -> None:
        """Start the KDC and wait until it takes connections."""
        self._kdc = subprocess.Popen([mit_kdc() or "krb5kdc", "-n"], env=self._process_environment())
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("The KDC did not start.")

    def stop(self) -> None:
        """Stop the KDC."""
        if self._kdc is not None:
            self._kdc.terminate()
            self._kdc.wait(timeout=10)

    def freeze(self) -> None:
        """Make the KDC hang: it takes requests and does not answer."""
        if self._kdc is not None:
            self._kdc.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._kdc is not None:
            self._kdc.send_signal(signal.SIGCONT)

    def add_user(self, name: str, password: str) -> None:
        self._admin(f"add_principal -pw {password} +requires_preauth {name}")

    def add_service(self, name: str) -> None:
        """Add a service principal and put its key into the keytab."""
        self._admin(f"add_principal -randkey {name}")
        self._admin(f"ktadd -k {self.folder / 'keytab'} {name}")

    def write_keytab(self, name: str, keytab: Path) -> None:
        """Put a user's key into a keytab of its own; the password stays."""
        self._admin(f"ktadd -norandkey -k {keytab} {name}")

    def get_ticket(self, name: str, password: str, lifetime_s: int = 600) -> None:
        """Put a ticket into the credential cache."""
        self._run("kinit", "-l", f"{lifetime_s}s", name, text=f"{password}\n")

    def _admin(self, query: str) -> None:
        self._run("kadmin.local", "-r", REALM, "-q", query)

    def _run(self, *command: str, text: str = "") -> None:
        program = shutil.which(command[0], path=_PATH) or command[0]
        subprocess.run(
            [program, *command[1:]],
            env=self._process_environment(),
            input=text.encode(),
            check=True,
            capture_output=True,
            timeout=30,
        )

    def _process_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
