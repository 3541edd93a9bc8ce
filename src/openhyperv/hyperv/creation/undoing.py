"""Removing what a create that failed may have left on its host."""

from __future__ import annotations

from time import sleep

from openhyperv.cim.session import Session
from openhyperv.errors import (
    AccessDeniedError,
    AuthenticationError,
    CertificateError,
    HyperVError,
    InvalidInputError,
    NotFoundError,
)
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.creation.earlier import find_machine
from openhyperv.hyperv.deleting import delete_machine
from openhyperv.hyperv.layout import Layout
from openhyperv.machine.spec import MachineSpec
from openhyperv.transport.deadline import Deadline

PATIENCE_S = 20.0
"""How long removing is tried again: the host may be busy with what is to be removed, or out of reach."""
_SETTLE_S = 2.0
"""How long a machine is looked for after a request whose answer was lost: the host may still be at it."""
_PAUSE_S = 0.25
_HOPELESS = (AccessDeniedError, AuthenticationError, CertificateError, InvalidInputError)
"""What does not pass by trying again; everything else may."""


class Remains:
    """What there may be of a machine that was not finished; ``guid`` where the host has told it."""

    def __init__(
        self, session: Session, share: HostFiles, layout: Layout, spec: MachineSpec, guid: str | None
    ) -> None:
        self._session = session
        self._share = share
        self._layout = layout
        self._spec = spec
        self._guid = guid
        self._folder = layout.machine(spec.identity)

    def remove(self, cause: BaseException) -> None:
        """Remove everything. What cannot be removed is named in a note on the ``cause``."""
        is_unsure = isinstance(cause, HyperVError) and cause.outcome_unknown
        patience, settled = Deadline.after(PATIENCE_S), Deadline.after(_SETTLE_S if is_unsure else 0)
        while True:
            try:
                is_gone = self._remove_machine()
                self._share.remove_tree(self._folder)
            except HyperVError as left:
                if isinstance(left, _HOPELESS) or not patience.remaining_s:
                    cause.add_note(f"Not everything could be undone; look for {self._folder}: {left}")
                    return
            else:
                if is_gone or not settled.remaining_s:
                    return
            sleep(_PAUSE_S)

    def _remove_machine(self) -> bool:
        """True once a machine has been removed; False where there is none, or none yet."""
        guid = self._guid or find_machine(self._session, self._spec.identity, self._folder)
        if guid is None:
            return False
        try:
            delete_machine(self._session, self._share, self._layout, guid)
        except NotFoundError:
            self._guid = None
        return True
