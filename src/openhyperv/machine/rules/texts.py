"""Names and notes that Windows and XML can carry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from openhyperv.machine.limits import NAME_MAX_UTF16_UNITS
from openhyperv.machine.violations import BrokenRuleError, Rule

# Char of XML 1.0 (section 2.2) leaves these out; the answer to a request that holds one is a parse error.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def check_name(name: str) -> str:
    """A machine's display name: 1 to 100 UTF-16 units, no control characters, no blanks at its ends.

    :raises BrokenRuleError: it is not
    """
    if not name or name != name.strip():
        raise BrokenRuleError(Rule.NAME, "name", "A name is not empty and has no blanks at its ends.")
    if _CONTROL.search(name):
        raise BrokenRuleError(Rule.NAME, "name", "A name has no control characters, such as a line break.")
    check_text("name", name)
    length = len(name.encode("utf-16-le")) // 2
    if length > NAME_MAX_UTF16_UNITS:
        raise BrokenRuleError(
            Rule.NAME, "name", f"The name has {length} characters; Hyper-V takes {NAME_MAX_UTF16_UNITS}."
        )
    return name


def check_text(subject: str, text: str) -> str:
    """Any text that XML can carry, of several lines or none.

    :raises BrokenRuleError: it holds a character that XML 1.0 excludes
    """
    if _NOT_XML.search(text):
        raise BrokenRuleError(Rule.TEXT, subject, f"{subject} holds a character that no XML can carry.")
    return text


def check_metadata(metadata: Mapping[str, str]) -> Mapping[str, str]:
    """A copy of the metadata.

    :raises BrokenRuleError: a name or value holds a character that XML 1.0 excludes
    """
    return {check_text("metadata", name): check_text("metadata", value) for name, value in metadata.items()}
