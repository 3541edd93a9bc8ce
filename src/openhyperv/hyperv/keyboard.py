"""A machine's keyboard, which exists while the machine runs."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, InvalidInputError, NotFoundError
from openhyperv.hyperv.names import only_device
from openhyperv.wire.types import Value

_CHARACTERS_PER_CALL = 256
"""TypeText takes 512 ASCII characters, or 256 that are not (Microsoft, "TypeText method")."""


def type_text(session: Session, guid: str, text: str) -> None:
    """Type text, some hundred characters a call.

    :raises InvalidInputError: characters that no US keyboard types
    :raises ConflictError: the machine is not running
    """
    if not all(character.isprintable() or character in "\n\t" for character in text):
        raise InvalidInputError("Only printable characters, new lines and tabs can be typed.", target=guid)
    for start in range(0, len(text), _CHARACTERS_PER_CALL):
        _call(session, guid, "TypeText", {"asciiText": text[start : start + _CHARACTERS_PER_CALL]})


def type_key(session: Session, guid: str, virtual_key: int) -> None:
    """Press and release one key, by its Windows virtual-key code."""
    _call(session, guid, "TypeKey", {"keyCode": virtual_key})


def type_ctrl_alt_del(session: Session, guid: str) -> None:
    """Press the three keys that Windows guests wait for."""
    _call(session, guid, "TypeCtrlAltDel", {})


def _call(session: Session, guid: str, method: str, arguments: dict[str, Value]) -> None:
    try:
        session.run(only_device("Msvm_Keyboard", guid), method, arguments, target=guid)
    except NotFoundError as error:
        raise ConflictError(
            "The machine is not running, so that it has no keyboard.", host=session.host, target=guid
        ) from error
