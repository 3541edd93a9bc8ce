"""Latency and fault rules: which requests of an emulated host go wrong, how, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from random import Random
from threading import Lock

from attrs import define, field, frozen, validators

from openhyperv.emulator.rules.actions import Action


class OperationName(StrEnum):
    """The WS-Management operations."""

    IDENTIFY = "Identify"
    GET = "Get"
    PUT = "Put"
    CREATE = "Create"
    DELETE = "Delete"
    ENUMERATE = "Enumerate"
    PULL = "Pull"
    RELEASE = "Release"
    INVOKE = "Invoke"
    SUBSCRIBE = "Subscribe"
    UNSUBSCRIBE = "Unsubscribe"
    RENEW = "Renew"


@frozen
class Operation:
    """A request as rules see it.

    ``class_name`` of a WQL request is the class it selects from. ``values`` holds selectors and scalar
    parameters as the text they had on the wire.
    """

    name: OperationName
    class_name: str = ""
    method: str = ""
    values: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Rule:
    """What to match and what to do then. Left out means any; text is compared without case.

    ``probability`` is the chance that a match counts; of the matches that count the first ``after`` pass
    untouched, and then at most ``count`` (None: all) are acted on.
    """

    action: Action
    operation: OperationName | None = None
    class_name: str | None = None
    method: str | None = None
    properties: Mapping[str, str] = field(factory=dict)
    probability: float = field(default=1.0, validator=[validators.ge(0), validators.le(1)])
    after: int = field(default=0, validator=validators.ge(0))
    count: int | None = field(default=None, validator=validators.optional(validators.ge(1)))

    def covers(self, operation: Operation) -> bool:
        """True when the request is of the kind this rule is about, chance and counts aside."""
        return (
            self.operation in (None, operation.name)
            and _same(self.class_name, operation.class_name)
            and _same(self.method, operation.method)
            and self._properties_equal(operation.values)
        )

    def _properties_equal(self, values: Mapping[str, str]) -> bool:
        if not self.properties:
            return True
        found = {name.lower(): value for name, value in values.items()}
        return all(
            name.lower() in found and _same(wanted, found[name.lower()])
            for name, wanted in self.properties.items()
        )


def _same(wanted: str | None, found: str) -> bool:
    return wanted is None or wanted.lower() == found.lower()


@define
class _Armed:
    rule: Rule
    matched: int = 0
    fired: int = 0

    def fires(self, random: Random) -> bool:
        if self.fired == self.rule.count or random.random() >= self.rule.probability:
            return False
        self.matched += 1
        if self.matched <= self.rule.after:
            return False
        self.fired += 1
        return True


class Rules:
    """An ordered list of rules; safe to read and change from any thread.

    The first rule that covers a request and fires decides; a rule that is spent, still waiting for its
    ``after`` or out of luck lets the next one try.
    """

    def __init__(self, rules: Iterable[Rule] = (), *, seed: int | None = None) -> None:
        self._lock = Lock()
        self._random = Random(seed)  # noqa: S311  # chance of a fault, not a secret
        self._armed = [_Armed(rule) for rule in rules]

    def add(self, *rules: Rule) -> None:
        """Append rules; they come after those already there."""
        with self._lock:
            self._armed += [_Armed(rule) for rule in rules]

    def replace(self, rules: Iterable[Rule]) -> None:
        """Put other rules in the place of all there are."""
        armed = [_Armed(rule) for rule in rules]
        with self._lock:
            self._armed = armed

    def clear(self) -> None:
        """Forget every rule."""
        self.replace(())

    def match(self, operation: Operation) -> Action | None:
        """The action of the first rule that fires for this request. Each call counts as one request."""
        if not self._armed:
            return None
        with self._lock:
            for armed in self._armed:
                if armed.rule.covers(operation) and armed.fires(self._random):
                    return armed.rule.action
        return None

    def fired(self) -> list[tuple[Rule, int]]:
        """Every rule in order, with the number of times it acted."""
        with self._lock:
            return [(armed.rule, armed.fired) for armed in self._armed]
