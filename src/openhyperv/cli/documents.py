"""Files of tables that people write: TOML, YAML or JSON, by their suffix."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from attrs import define

from openhyperv.errors import InvalidInputError

_READERS: Mapping[str, Callable[[str], Any]] = {
    ".toml": tomllib.loads,
    ".yaml": yaml.safe_load,
    ".yml": yaml.safe_load,
    ".json": json.loads,
}


_T = TypeVar("_T")


@define
class Table:
    """A table of a file. What is taken of it is known; :meth:`finish` refuses the rest by name."""

    path: Path
    name: str
    _values: dict[str, Any]

    @classmethod
    def of_file(cls, path: Path) -> Table:
        """The whole file.

        :raises InvalidInputError: it cannot be read, or is no table
        """
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise InvalidInputError(
                f"The file's name ends in {path.suffix!r}; known are {', '.join(_READERS)}.", target=str(path)
            )
        try:
            values = reader(path.read_text("utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise InvalidInputError(f"The file cannot be read: {error}.", target=str(path)) from error
        return cls._checked(path, "", {} if values is None else values)

    @classmethod
    def _checked(cls, path: Path, name: str, values: object) -> Table:
        if isinstance(values, dict) and all(isinstance(key, str) for key in values):
            return cls(path, name, dict(values))
        what = f"{name} is" if name else "The file is"
        raise InvalidInputError(f"{what} no table of names and values.", target=str(path))

    def table(self, key: str) -> Table:
        """A table inside; an empty one where it is left out."""
        return self._checked(self.path, self._full(key), self._values.pop(key, {}))

    def tables(self, key: str) -> list[Table]:
        """A list of tables."""
        return [
            self._checked(self.path, f"{self._full(key)}[{number}]", values)
            for number, values in enumerate(self._list(key))
        ]

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        return [self._typed(key, each, str, "a list of texts") for each in self._list(key)]

    def text(self, key: str) -> str | None:
        """A text."""
        return self._take(key, str, "a text")

    def number(self, key: str) -> int | None:
        """A whole number."""
        return self._take(key, int, "a whole number")

    def decimal(self, key: str) -> float | None:
        """A number, whole or not."""
        value = self._values.get(key)
        if type(value) is int:
            self._values[key] = float(value)
        return self._take(key, float, "a number")

    def flag(self, key: str) -> bool | None:
        """True or false."""
        return self._take(key, bool, "true or false")

    def words(self) -> dict[str, str]:
        """Everything in it as texts, as a cloud holds properties: ``2`` is "2", ``true`` is "true"."""
        return {key: self._word(key, self._values.pop(key)) for key in list(self._values)}

    def finish(self) -> None:
        """Nothing else may be in it.

        :raises InvalidInputError: something is
        """
        if self._values:
            raise self._refusal(next(iter(self._values)), "is not known here")

    def _list(self, key: str) -> list[Any]:
        return self._take(key, list, "a list") or []

    def _take(self, key: str, kind: type[_T], words: str) -> _T | None:
        value = self._values.pop(key, None)
        return None if value is None else self._typed(key, value, kind, words)

    def _typed(self, key: str, value: object, kind: type[_T], words: str) -> _T:
        """``value``; true and false are no numbers here, though Python counts them among them."""
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        raise self._refusal(key, f"is not {words}")

    def _word(self, key: str, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            return str(value)
        raise self._refusal(key, "is not a text")

    def _full(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def _refusal(self, key: str, message: str) -> InvalidInputError:
        return InvalidInputError(f"{self._full(key)} {message}.", target=str(self.path))
