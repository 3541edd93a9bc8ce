"""How pyspnego's NTLM acceptor gets to see one account of one emulated host.

The acceptor takes passwords only from the file that the variable ``NTLM_USER_FILE`` names, and looks the
account up under exactly the domain that the client sent. The file here lives in memory, is named once per
process, and holds the one account being verified for just as long as that takes: so several hosts of one
process can have accounts of the same name, and no password is ever on a disk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from threading import Lock

from openhyperv.emulator.http.accounts import Account
from openhyperv.emulator.http.environment import claimed

_DOMAIN = re.compile(r"[\w.\- ]{0,255}")
"""What a domain may hold: nothing that would end a field or a line of the file."""


class AcceptorFile:
    """The memory file; one per process, see :func:`acceptor_file`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._descriptor = os.memfd_create("openhyperv-accounts")

    def named(self) -> AbstractContextManager[None]:
        """Let pyspnego find the file, for as long as a listener runs.

        :raises InvalidInputError: something else in this process holds the variable
        """
        return claimed("NTLM_USER_FILE", f"/proc/self/fd/{self._descriptor}")

    @contextmanager
    def showing(self, account: Account, domain: str) -> Iterator[None]:
        """Hold one account under the client's domain; others wait.

        :raises ValueError: the domain is no name
        """
        if not _DOMAIN.fullmatch(domain):
            raise ValueError("The domain is not a name.")
        line = f"{domain}:{account.name}:{account.password}\n"
        with self._lock:
            os.pwrite(self._descriptor, line.encode(), 0)
            try:
                yield
            finally:
                os.ftruncate(self._descriptor, 0)


@cache
def acceptor_file() -> AcceptorFile:
    """The process' one file."""
    return AcceptorFile()
