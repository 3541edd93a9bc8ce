"""How soon a change is heard of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.emulated import running_host
from bench.results import SpeedResult
from bench.scale import Scale
from openhyperv.cim.session import Session
from openhyperv.cim.subscription import Subscription
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system
from openhyperv.hyperv.states import RequestedState
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select, target_is

_WITHIN_S = 0.25
_TIMEOUT_S = 30.0


def measure_events(scale: Scale, folder: Path) -> Iterator[SpeedResult]:
    """From the request for another state to the event that the machine is in it."""
    with running_host(folder, "--vms", "1", "--no-files") as running, Host.connect(running.target) as host:
        (machine,) = host.machines()
        condition = target_is("Msvm_ComputerSystem") & equal("TargetInstance.Name", machine.guid)
        query = select("__InstanceModificationEvent").where(condition).within(_WITHIN_S)
        with host.session.subscribe(query) as subscription:
            states = [RequestedState.RUNNING, RequestedState.OFF] * scale.repetitions
            waits_s = [_wait_s(host.session, subscription, machine.guid, state) for state in states]
    yield SpeedResult(
        "event latency",
        median(waits_s) * 1000,
        "ms",
        len(waits_s),
        remark=f"of which up to {_WITHIN_S * 1000:.0f} are the WITHIN of the subscription",
    )


def _wait_s(session: Session, subscription: Subscription, guid: str, state: RequestedState) -> float:
    started_s = perf_counter()
    session.invoke(system(guid), "RequestStateChange", {"RequestedState": state.value})
    for event in subscription.events(_TIMEOUT_S):
        machine = event["TargetInstance"]
        if isinstance(machine, Instance) and machine["EnabledState"] == state.value:
            return perf_counter() - started_s
    raise SystemExit("The host told nothing of a machine's change of state.")
