"""Object paths: how CIM names one instance, as text (``\\\\HOST\\root\\ns:Class.Key="v"``) and as a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import field, frozen

from openhyperv.errors import InvalidInputError

UNNAMED_KEY = "__default"
"""What stands for the key's name in ``Class="value"``: only the schema knows it."""

KeyValue: TypeAlias = "str | int | bool | ObjectPath"


def _normal_namespace(namespace: str) -> str:
    return namespace.replace("\\", "/").strip("/")


@frozen(eq=False)
class ObjectPath:
    """One instance's name: class and keys within a namespace. A class's own name has no keys.

    Two paths are equal when namespace, class and keys are, compared without case as WMI does; the server
    part is not compared, since ``.``, the NetBIOS name and none at all mean the same host.
    """

    class_name: str
    keys: Mapping[str, KeyValue] = field(factory=dict)
    namespace: str = field(default="root/virtualization/v2", converter=_normal_namespace)
    server: str | None = None

    @property
    def identity(self) -> tuple[object, ...]:
        """A hashable form in which equal paths are equal."""
        keys = tuple(sorted((name.lower(), _comparable(value)) for name, value in self.keys.items()))
        return (self.namespace.lower(), self.class_name.lower(), keys)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ObjectPath)
            and self.class_name.lower() == other.class_name.lower()  # what most often tells two apart
            and self.identity == other.identity
        )

    def __hash__(self) -> int:
        return hash(self.identity)

    def key(self, name: str) -> KeyValue | None:
        """The value of a key, in any case of letters."""
        wanted = name.lower()
        return next((value for key, value in self.keys.items() if key.lower() == wanted), None)

    def __str__(self) -> str:
        relative = self.class_name + self._key_text()
        if self.server is None:
            return relative
        namespace = self.namespace.replace("/", "\\")
        return f"\\\\{self.server}\\{namespace}:{relative}"

    def _key_text(self) -> str:
        if not self.keys:
            return ""
        return "." + ",".join(f"{name}={_quoted(value)}" for name, value in self.keys.items())

    def on(self, server: str) -> ObjectPath:
        """The same path with a server part, the form that Parent and HostResource want."""
        return ObjectPath(self.class_name, self.keys, self.namespace, server)


def _comparable(value: KeyValue) -> object:
    if isinstance(value, ObjectPath):
        return repr(value.identity)
    return value.lower() if isinstance(value, str) else str(value).lower()


def _quoted(value: KeyValue) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_PREFIX = re.compile(
    r"^(?:[\\/]{2}(?P<server>[^\\/]+)[\\/])?(?:(?P<namespace>root(?:[\\/][^:\\/]+)*):)?(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_CLASS = re.compile(r"^(?P<name>[A-Za-z_]\w*)(?P<mark>[.=]?)(?P<keys>.*)$", re.DOTALL)
_KEY = re.compile(
    r"""\s*(?P<name>\w+)\s*=\s*"""
    r"""(?:"(?P<text>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^,"'\s]+))\s*(?:,|$)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def parse_path(text: str, *, default_namespace: str = "root/virtualization/v2") -> ObjectPath:
    """Read a path in any form Windows writes or accepts: with or without server, ``\\`` or ``/``, any case.

    String keys that hold a path stay strings: only the schema knows that a key is a reference.

    :raises InvalidInputError: the text is no object path
    """
    prefix = _PREFIX.match(text.strip())
    body = _CLASS.match(prefix["rest"]) if prefix else None
    if prefix is None or body is None or (body["keys"] and not body["mark"]):
        raise InvalidInputError("This is not a CIM object path.", target=text)
    key_text = f"{UNNAMED_KEY}={body['keys']}" if body["mark"] == "=" else body["keys"]
    keys = {} if body["keys"] == "@" else dict(_keys(key_text, text))
    return ObjectPath(body["name"], keys, prefix["namespace"] or default_namespace, prefix["server"])


def _keys(text: str, whole: str) -> Iterator[tuple[str, KeyValue]]:
    position = 0
    while position < len(text):
        match = _KEY.match(text, position)
        if match is None:
            raise InvalidInputError("This is not a CIM object path.", target=whole)
        yield match["name"], _key_value(match)
        position = match.end()


def _key_value(match: re.Match[str]) -> KeyValue:
    quoted = match["text"] if match["text"] is not None else match["single"]
    if quoted is not None:
        return _ESCAPE.sub(r"\1", quoted)
    bare = match["bare"]
    if bare.upper() in ("TRUE", "FALSE"):
        return bare.upper() == "TRUE"
    if re.fullmatch(r"[+-]?0x[0-9a-fA-F]{1,16}", bare):
        return int(bare, 16)
    return int(bare) if re.fullmatch(r"[+-]?\d{1,20}", bare) else bare
