"""What a machine's notes say of its creation.

The first line is the identity, as OpenStack's driver for Hyper-V had it. As long as the machine is not
finished a mark follows; what finishes it takes the mark away, in the same request.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from openhyperv.machine.spec import MachineSpec

_MARK = "OpenHyperV has not finished this machine."
_NAMES = UUID("6f0d0c4e-6d0b-4b0e-9b1e-8d0c51d3a7f5")
"""The namespace of identities that derive from names (RFC 9562, 5.5)."""


def identity_of(host_name: str, machine_name: str) -> UUID:
    """The identity of a machine that has no other than its name: the same whenever it is asked for.

    Hyper-V does not tell cases apart in names, so neither is told apart here.
    """
    return uuid5(_NAMES, f"{host_name}\\{machine_name}".casefold())


def unfinished_notes(spec: MachineSpec) -> list[str]:
    """The notes of a machine that is being created."""
    return [str(spec.identity), _MARK, *finished_notes(spec)[1:]]


def finished_notes(spec: MachineSpec) -> list[str]:
    """The notes of a machine that is as asked."""
    return [str(spec.identity), *([spec.notes] if spec.notes else [])]


def is_of(notes: tuple[str, ...], identity: UUID) -> bool:
    """True for the notes of a machine of that identity, finished or not."""
    return notes[:1] == (str(identity),)


def is_unfinished(notes: tuple[str, ...]) -> bool:
    """True for the notes of a machine whose creation was not finished."""
    return notes[1:2] == (_MARK,)


def identity_in(notes: str) -> UUID | None:
    """The identity in a machine's notes as a summary has them, one line each; None for other machines."""
    first, _, _ = notes.partition("\n")
    try:
        return UUID(first.strip())
    except ValueError:
        return None
