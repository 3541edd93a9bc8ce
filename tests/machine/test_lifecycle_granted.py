"""Stop actions and kinds of checkpoints: the flavor's, the policy's, the host's."""

from __future__ import annotations

import pytest

from openhyperv.machine.lifecycle import CheckpointKind, StopAction
from openhyperv.machine.policy import Policy
from tests.capabilities import shows

from .asking import granted

AUTOMATIC = Policy(automatic_shutdown=True)


@shows("E10")
@pytest.mark.parametrize(
    ("words", "policy", "action"),
    [
        ("", Policy(), StopAction.SAVE),
        ("", AUTOMATIC, StopAction.SHUT_DOWN),
        ("hyperv:stop_action=save", AUTOMATIC, StopAction.SAVE),
        ("hyperv:stop_action=turn_off", AUTOMATIC, StopAction.TURN_OFF),
        ("hyperv:stop_action=shut_down", Policy(), StopAction.SHUT_DOWN),
    ],
)
def test_stop_action(words: str, policy: Policy, action: StopAction) -> None:
    assert granted("2012", words, policy=policy).stop_action is action


@shows("E12")
@pytest.mark.parametrize(
    ("release", "words", "policy", "kind"),
    [
        ("2016", "", None, None),
        ("2016", "hyperv:checkpoints=disabled", None, CheckpointKind.DISABLED),
        ("2016", "hyperv:checkpoints=production", None, CheckpointKind.PRODUCTION),
        ("2016", "hyperv:checkpoints=production_only", None, CheckpointKind.PRODUCTION_ONLY),
        ("2025", "hyperv:checkpoints=standard", None, CheckpointKind.STANDARD),
        ("2025", "", CheckpointKind.PRODUCTION_ONLY, CheckpointKind.PRODUCTION_ONLY),
        ("2025", "hyperv:checkpoints=disabled", CheckpointKind.STANDARD, CheckpointKind.DISABLED),
        ("2012R2", "", None, None),
        ("2012R2", "hyperv:checkpoints=standard", None, None),
    ],
)
def test_checkpoints(
    release: str, words: str, policy: CheckpointKind | None, kind: CheckpointKind | None
) -> None:
    assert granted(release, words, policy=Policy(checkpoints=policy)).checkpoints is kind


@shows("E11")
def test_the_asset_tag() -> None:
    assert granted("2025", "", asset_tag="OpenStack Compute").asset_tag == "OpenStack Compute"
    assert granted("2025", "").asset_tag == ""
