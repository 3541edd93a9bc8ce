"""Monikers: the texts that name a namespace or an object, on this host or another.

Forms (Microsoft, "Constructing a Moniker String"; PyMI's interface): ``root/ns``, ``//host/root/ns``,
``winmgmts://host/ns``, ``winmgmts:{...}!//host/ns``, each with ``:Class.Key="value",Other=1`` after it where
an object is meant, and slashes of either kind outside of quotes.
"""

from __future__ import annotations

import re

from attrs import frozen

from openhyperv.wire.fault import WbemCode
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wmi.failures import failure, wmi_failures
from openhyperv.wmi.wql_text import escape_strays

DEFAULT_NAMESPACE = "root/cimv2"
LOCAL = "."

_MONIKER = re.compile(
    r"""^\s*
    (?:winmgmts:(?:\{[^}]*\}!?)?)?          # the scheme, with security settings that WinRM has no use for
    (?:[\\/]{2}(?P<host>[^\\/:]+|\[[^\]]+\])(?:[\\/]|$))?
    (?P<namespace>[\w$-]+(?:[\\/]+[\w$-]+)*)?
    (?::(?P<object>.*))?
    \s*$""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


@frozen
class Moniker:
    """A namespace of a host, or an object in it. The host ``.`` is the default one."""

    namespace: str = DEFAULT_NAMESPACE
    host: str = LOCAL
    path: ObjectPath | None = None


def parse_moniker(text: str, computer: str = "") -> Moniker:
    """What a moniker names; ``computer`` takes the place of the host ``.``.

    :raises x_wmi: the text is no moniker, or names a class without keys
    """
    match = _MONIKER.match(text)
    if match is None:
        raise failure(WbemCode.INVALID_PARAMETER, f"This is not a moniker: {text}")
    namespace = re.sub(r"[\\/]+", "/", match["namespace"] or DEFAULT_NAMESPACE)
    host = match["host"] or LOCAL
    path = None if match["object"] is None else _path(_unslashed(match["object"], text), namespace)
    return Moniker(namespace, computer if computer and host == LOCAL else host, path)


def _unslashed(keys: str, whole: str) -> str:
    """The keys with the backslashes that their caller turned into slashes.

    PyMI turns each backslash of a moniker into a slash, and ``//`` in keys back into a backslash, so callers
    pass paths in which they did the first themselves. A moniker that has kept a backslash is as it should be.
    """
    return keys if "\\" in whole else keys.replace("//", "\\\\")


def _path(text: str, namespace: str) -> ObjectPath:
    with wmi_failures():
        path = parse_path(escape_strays(text), default_namespace=namespace)
    if not path.keys and not text.rstrip().endswith("=@"):
        raise failure(WbemCode.INVALID_OBJECT_PATH, f"The object path names a class, not an object: {text}")
    return path
