"""WQL's words, literals and symbols, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto

from attrs import frozen

from openhyperv.errors import InvalidInputError


class WqlSyntaxError(InvalidInputError):
    """The text is not a WQL query."""


class Kind(Enum):
    """What a token is."""

    NAME = auto()
    STRING = auto()
    NUMBER = auto()
    PATH = auto()
    SYMBOL = auto()
    END = auto()


@frozen
class Token:
    """A piece of the text as it stands there, quotes and braces included."""

    kind: Kind
    text: str
    position: int

    def is_word(self, *words: str) -> bool:
        """True for one of the keywords, given in upper case."""
        return self.kind is Kind.NAME and self.text.upper() in words


_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
# UNVERIFIED: a backslash before anything but a quote or a backslash makes the query invalid
_QUOTED = r"""'(?:[^'\\]|\\['"\\])*'|"(?:[^"\\]|\\['"\\])*\""""
_KEY_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<NAME>{_NAME}(?:\.{_NAME})*)
    | (?P<STRING>{_QUOTED})
    | (?P<NUMBER>[+-]?(?:\d{{1,40}}(?:\.\d{{0,40}})?|\.\d{{1,40}})(?:[eE][+-]?\d{{1,4}})?(?![\w.]))
    | (?P<PATH>\{{(?:[^"'\}}]|{_KEY_QUOTED})*\}})
    | (?P<SYMBOL><>|!=|<=|>=|[=<>(),*])
    | (?P<END>\Z)
    )""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """Every token, the last one of kind END.

    :raises WqlSyntaxError: something that is no token
    """
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise WqlSyntaxError(f"The query cannot be read from character {position} on.", target=text)
        kind = Kind[match.lastgroup]
        yield Token(kind, match[kind.name], match.start(kind.name))
        if kind is Kind.END:
            return
        position = match.end()


def selected_class(text: str) -> str:
    """The class that a SELECT is about, reading no further than its name; empty for every other text."""
    words = tokens(text)
    try:
        if next(words).is_word("SELECT"):
            for word in words:
                if word.is_word("FROM"):
                    named = next(words)
                    return named.text if named.kind is Kind.NAME else ""
    except WqlSyntaxError:
        return ""
    return ""


class TokenStream:
    """The tokens of a text with the questions that a parser asks of them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._next = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._next]

    def fail(self, expected: str) -> WqlSyntaxError:
        """The error that says what should have come next."""
        found = self.token.text or "the end"
        return WqlSyntaxError(
            f"{expected} expected at character {self.token.position}, not {found[:40]!r}.", target=self._text
        )

    def take(self, kind: Kind, expected: str) -> str:
        """The text of the next token, which must be of that kind."""
        token = self.token
        if token.kind is not kind:
            raise self.fail(expected)
        self._next += 1
        return token.text

    def skip_word(self, *words: str) -> str | None:
        """Step over one of the words, if it comes next, and tell which."""
        token = self.token
        if not token.is_word(*words):
            return None
        self._next += 1
        return token.text.upper()

    def skip_symbol(self, *symbols: str) -> str | None:
        """Step over one of the symbols, if it comes next, and tell which."""
        token = self.token
        if token.kind is not Kind.SYMBOL or token.text not in symbols:
            return None
        self._next += 1
        return token.text

    def require_word(self, word: str) -> None:
        """Step over a word that must come next."""
        if not self.skip_word(word):
            raise self.fail(word)

    def require_symbol(self, symbol: str) -> None:
        """Step over a symbol that must come next."""
        if not self.skip_symbol(symbol):
            raise self.fail(symbol)
