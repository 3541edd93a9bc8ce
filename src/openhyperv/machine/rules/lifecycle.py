"""What becomes of a machine when its host stops, and what its checkpoints are."""

from __future__ import annotations

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.lifecycle import CheckpointKind, StopAction
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

STOP_ACTION = "hyperv:stop_action"
CHECKPOINTS = "hyperv:checkpoints"

STOP_ACTIONS = {action.name.lower(): action for action in StopAction}
CHECKPOINT_KINDS = {kind.name.lower(): kind for kind in CheckpointKind}


def stop_action_of(request: MachineRequest, *, has_device: bool) -> StopAction:
    """What ``hyperv:stop_action`` says, else the policy: save, or shut down.

    A machine with a device of its host cannot be saved: it is turned off where the policy would save it
    (Microsoft, "Deploy graphics devices by using Discrete Device Assignment").

    :raises BrokenRuleError: unknown value, or such a machine shall be saved
    """
    value = request.flavor.get(STOP_ACTION)
    if value is None:
        if request.policy.automatic_shutdown:
            return StopAction.SHUT_DOWN
        return StopAction.TURN_OFF if has_device else StopAction.SAVE
    action = STOP_ACTIONS[one_of(Rule.STOP_ACTION, STOP_ACTION, value, tuple(STOP_ACTIONS))]
    if action is StopAction.SAVE and has_device:
        raise BrokenRuleError(
            Rule.STOP_ACTION,
            STOP_ACTION,
            "A machine with a device of its host cannot be saved when the host stops.",
            remedy=f"Set {STOP_ACTION} to shut_down or turn_off, or leave it out.",
        )
    return action


def checkpoints_of(request: MachineRequest) -> CheckpointKind | None:
    """What ``hyperv:checkpoints`` says, else the policy; None is Hyper-V's own default.

    Hosts before Windows Server 2016 have standard checkpoints, and nothing to set.

    :raises BrokenRuleError: unknown value
    :raises UnsupportedError: another kind than standard on such a host
    """
    value = request.flavor.get(CHECKPOINTS)
    kind = request.policy.checkpoints
    if value is not None:
        kind = CHECKPOINT_KINDS[one_of(Rule.CHECKPOINTS, CHECKPOINTS, value, tuple(CHECKPOINT_KINDS))]
    if kind is None or request.host >= WINDOWS_2016:
        return kind
    if kind is CheckpointKind.STANDARD:
        return None
    raise UnsupportedError(
        f"Hosts before Windows Server 2016 have standard checkpoints only; this host is {request.host}.",
        target=CHECKPOINTS,
    )
