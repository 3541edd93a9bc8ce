"""Rules as text: TOML or JSON, one table per rule.

    [[rule]]
    operation = "Invoke"
    class = "Msvm_VirtualSystemManagementService"
    method = "DefineSystem"
    action = "job-fails"
    code = 32773

Beside ``action`` and the action's own fields (``delay_s`` belongs to each) a table takes ``operation``,
``class``, ``method``, ``properties``, ``probability``, ``after`` and ``count``. JSON holds the same tables
as ``{"rule": [...]}``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

import attrs

from openhyperv.emulator.rules import actions
from openhyperv.emulator.rules.actions import Action
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import InvalidInputError

ACTIONS: Mapping[str, type[Action]] = {
    "slow": actions.Slow,
    "reset-before": actions.ResetBefore,
    "reset-after": actions.ResetAfter,
    "unauthorized": actions.Unauthorized,
    "truncated-body": actions.TruncatedBody,
    "dripping-body": actions.DrippingBody,
    "quota-fault": actions.QuotaFault,
    "expired-enumeration": actions.ExpiredEnumeration,
    "wsman-fault": actions.WsmanFault,
    "method-returns": actions.MethodReturns,
    "job-fails": actions.JobFails,
    "job-hangs": actions.JobHangs,
    "answers-by-job": actions.AnswersByJob,
    "smb-disconnect": actions.SmbDisconnect,
    "disk-full": actions.DiskFull,
}

_MATCHERS: Mapping[str, str] = {
    "operation": "operation",
    "class": "class_name",
    "method": "method",
    "properties": "properties",
    "probability": "probability",
    "after": "after",
    "count": "count",
}

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "operation": str,
    "class": str,
    "method": str,
    "properties": dict,
    "probability": (int, float),
    "after": int,
    "count": int,
    "delay_s": (int, float),
    "takes_s": (int, float),
    "code": int,
    "return_value": int,
    "text": str,
}


def read_rules(text: str) -> list[Rule]:
    """The rules of a TOML or JSON text, in order.

    :raises InvalidInputError: the text is neither, or a table has an unknown action, key or value
    """
    document = _document(text)
    tables = document.get("rule", [])
    if set(document) - {"rule"} or not isinstance(tables, list):
        raise InvalidInputError("Rules are tables named [[rule]], and nothing else.")
    return [_rule(number, table) for number, table in enumerate(tables, start=1)]


def describe(rule: Rule) -> dict[str, object]:
    """A rule as the table that :func:`read_rules` would make it from."""
    matchers = {name: getattr(rule, attribute) for name, attribute in _MATCHERS.items()}
    (kind,) = (name for name, kind in ACTIONS.items() if type(rule.action) is kind)
    set_matchers = {name: value for name, value in matchers.items() if value not in (None, {})}
    return {**set_matchers, "action": kind, **attrs.asdict(rule.action)}


def _document(text: str) -> Mapping[str, object]:
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"The rules are neither TOML nor JSON: {error}.") from error
    return document if isinstance(document, Mapping) else {}


def _rule(number: int, table: object) -> Rule:
    try:
        return _checked_rule(table)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"Rule {number} is wrong: {error}.", target=f"rule {number}") from error


def _checked_rule(table: object) -> Rule:
    if not isinstance(table, Mapping):
        raise TypeError("it is not a table")
    kind = ACTIONS.get(str(table.get("action")))
    if kind is None:
        raise ValueError(f"its action is none of {', '.join(ACTIONS)}")
    fields: dict[str, Any] = {name: _typed(name, value) for name, value in table.items() if name != "action"}
    matchers: dict[str, Any] = {_MATCHERS[name]: fields.pop(name) for name in _MATCHERS if name in fields}
    if "operation" in matchers:
        matchers["operation"] = OperationName(matchers["operation"])
    unknown = fields.keys() - attrs.fields_dict(kind).keys()
    if unknown:
        raise ValueError(f"it has no {', '.join(sorted(unknown))}")
    return Rule(action=kind(**fields), **matchers)


def _typed(name: str, value: object) -> object:
    wanted = _TYPES.get(name)
    if wanted is not None and (isinstance(value, bool) or not isinstance(value, wanted)):
        raise TypeError(f"{name} cannot be {value!r}")
    if name == "properties" and isinstance(value, Mapping):
        return {str(key): str(text) for key, text in value.items()}
    return value
