"""One Get after the other on one connection, ours and a stranger's in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from attrs import frozen
from pypsrp.wsman import SelectorSet, WSMan

from bench.emulated import RunningHost, running_host
from bench.results import SpeedResult, at_least, at_most
from bench.scale import Scale
from openhyperv.cim.session import Session
from openhyperv.hyperv.names import system
from openhyperv.transport.target import Target
from openhyperv.wire import uris

_HOST_NAME = "HVSIM"
_CLASS = "Msvm_ComputerSystem"
_NAMESPACE = "root/virtualization/v2"

Get = Callable[[], object]


@frozen
class _Round:
    """Some Gets: seconds of each, and the processor time of each at either end."""

    wall_s: float
    client_s: float
    host_s: float


def measure_gets(scale: Scale, folder: Path) -> Iterator[SpeedResult]:
    """Gets per second over one connection, and what the emulated host takes of each."""
    with ExitStack() as resources:
        running = resources.enter_context(running_host(folder, "--no-files", "--allow-unencrypted"))
        gets: dict[str, Get] = {
            "ours, sealed": _ours(resources, running.target),
            "pypsrp, unsealed": _pypsrp(resources, running.target, is_sealed=False),
            "pypsrp, sealed": _pypsrp(resources, running.target, is_sealed=True),
        }
        for get in gets.values():
            get()
        rounds = [
            {name: _round(get, scale.gets, running) for name, get in gets.items()} for _ in _turns(scale)
        ]
    by_name = {name: [each[name] for each in rounds] for name in gets}
    yield from _results(by_name, scale)


def _turns(scale: Scale) -> range:
    return range(scale.repetitions)


def _ours(resources: ExitStack, target: Target) -> Get:
    session = resources.enter_context(Session.open(target))
    path = system(_HOST_NAME)
    return lambda: session.get(path)


def _pypsrp(resources: ExitStack, target: Target, *, is_sealed: bool) -> Get:
    wsman = resources.enter_context(
        WSMan(
            target.host,
            port=target.port,
            username=target.username,
            password=target.password,
            ssl=False,
            auth="ntlm",
            encryption="always" if is_sealed else "never",
            no_proxy=True,
        )
    )
    selectors = SelectorSet()
    selectors.add_option("CreationClassName", _CLASS)
    selectors.add_option("Name", _HOST_NAME)
    uri = uris.class_uri(_NAMESPACE, _CLASS)
    return lambda: wsman.get(uri, selector_set=selectors)


def _round(get: Get, count: int, running: RunningHost) -> _Round:
    host_s, client_s, wall_s = running.cpu_s(), process_time(), perf_counter()
    for _ in range(count):
        get()
    return _Round(
        (perf_counter() - wall_s) / count,
        (process_time() - client_s) / count,
        (running.cpu_s() - host_s) / count,
    )


def _results(rounds: dict[str, list[_Round]], scale: Scale) -> Iterator[SpeedResult]:
    ours, others = rounds["ours, sealed"], rounds["pypsrp, unsealed"]
    ratio = median(other.wall_s / own.wall_s for own, other in zip(ours, others, strict=True))
    client_ms = median(each.client_s for each in ours) * 1000
    host_ms = median(each.host_s for each in ours) * 1000
    limit = 1000 / (client_ms + host_ms)
    remark = (
        f"{ratio:.2f} times pypsrp unsealed; processor time {client_ms:.2f} ms here, {host_ms:.2f} ms in the "
        f"emulator: at most {limit:,.0f}/s"
    )
    goals = {"ours, sealed": at_least(1500)}
    for name, each in rounds.items():
        rate = 1 / median(one.wall_s for one in each)
        told = remark if name in goals else "in turns with ours; sends the request, parses the XML, no types"
        yield SpeedResult(
            f"Get, {name}, one connection", rate, "/s", scale.repetitions, goals.get(name), told
        )
    waited_ms = median(each.wall_s - each.client_s for each in ours) * 1000
    yield SpeedResult(
        "Get, wait for the emulator's answer",
        waited_ms,
        "ms",
        scale.repetitions,
        at_most(2),
        "all time of a Get that is not our own processor's: network and the other's turn included",
    )
