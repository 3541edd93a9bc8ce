"""Every chosen test has an outcome, those that never ran because their class was not prepared, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from attrs import evolve

from lab.tempest.results import Outcome, Result

_OF_A_CLASS = re.compile(r"(?:setUpClass|tearDownClass) \((?P<name>.+)\)")


def account(chosen: Sequence[str], results: Iterable[Result]) -> list[Result]:
    """One result for each chosen test: its own, its class's, or that it did not run at all.

    What a class leaves behind counts against its first test, so that a failure is never lost.
    """
    own: dict[str, Result] = {}
    of_classes: dict[str, Result] = {}
    for result in results:
        match = _OF_A_CLASS.match(result.test)
        if match is None:
            own[result.test] = result
        elif result.outcome is not Outcome.PASSED:
            of_classes[match["name"]] = result
    return [_outcome(test, own, of_classes) for test in chosen]


def _outcome(test: str, own: dict[str, Result], of_classes: dict[str, Result]) -> Result:
    class_name = test.partition("[")[0].rpartition(".")[0]
    of_class = of_classes.get(class_name)
    if test in own:
        if of_class is None or of_class.outcome is not Outcome.FAILED:
            return own[test]
        del of_classes[class_name]
        return evolve(own[test], outcome=Outcome.FAILED, reason=f"its class: {of_class.reason}")
    if of_class is not None:
        return evolve(of_class, test=test, seconds=0.0)
    return Result(test, Outcome.NOT_RUN, "", 0.0)
