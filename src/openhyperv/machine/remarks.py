"""What was rounded or switched off while a machine was designed, in sentences for people."""

from __future__ import annotations

from attrs import define, field


@define
class Remarks:
    """Collects remarks in the order of the rules."""

    _sentences: list[str] = field(factory=list)

    def add(self, sentence: str) -> None:
        """Say one more thing."""
        self._sentences.append(sentence)

    def all(self) -> tuple[str, ...]:
        """Everything that was said."""
        return tuple(self._sentences)
