"""A client of a guest's serial port: a named pipe through Samba, read by smbprotocol."""

from __future__ import annotations

import time
from threading import Condition, Thread

import smbclient
from smbprotocol.exceptions import SMBException


class ComPort:
    """Reads all the time, as people's terminals do; waits have a deadline."""

    def __init__(self, pipe: str, *, port: int) -> None:
        options = {"buffering": 0, "file_type": "pipe", "share_access": "rw", "port": port}
        self._file = smbclient.open_file(rf"\\127.0.0.1\IPC$\{pipe}", mode="r+b", **options)
        self._text = ""
        self._is_open = True
        self._changed = Condition()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while self._is_open:
            try:
                said = bytes(self._file.fd.read(0, 4096)).decode(errors="replace")
            except (SMBException, OSError, ValueError):
                self._is_open = False
                said = ""
            with self._changed:
                self._text += said
                self._changed.notify_all()

    def wait_for(self, marker: str, timeout_s: float = 180) -> str:
        """The first line with ``marker`` that has not been waited for yet; what comes before is used up."""
        with self._changed:
            found = self._changed.wait_for(lambda: self._line_with(marker), timeout_s)
            assert found, f"No {marker!r} in: {self._text[-2000:]!r}"
            end = self._text.index("\n", self._text.index(marker))
            line, self._text = self._text[:end], self._text[end:]
            return line[line.index(marker) :].strip()

    def _line_with(self, marker: str) -> bool:
        start = self._text.find(marker)
        return start >= 0 and "\n" in self._text[start:]

    def run(self, command: str, timeout_s: float = 60) -> str:
        """Give the guest's line agent a command; its output, once it has ended well."""
        with self._changed:
            self._text = ""  # the firmware writes to every serial port
        self._file.write(command.encode() + b"\n")
        with self._changed:
            ended = self._changed.wait_for(lambda: self._line_with("END "), timeout_s)
            assert ended, f"No end of {command!r} in: {self._text[-2000:]!r}"
            output, _, rest = self._text.partition("END ")
            status, _, self._text = rest.partition("\n")
        assert status.strip() == "0", f"{command!r} failed: {output}"
        return output.strip().replace("\r", "")

    def run_until(self, command: str, expected: str, timeout_s: float = 60) -> str:
        """Repeat a command until its output has ``expected``: the guest takes its time to notice changes."""
        deadline = time.monotonic() + timeout_s
        while expected not in (output := self.run(command)):
            assert time.monotonic() < deadline, f"No {expected!r} in: {output!r}"
            time.sleep(0.5)
        return output

    def close(self) -> None:
        """Hang up."""
        self._is_open = False
        self._file.close()
