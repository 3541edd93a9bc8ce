"""``python -m bench --only ports``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from time import sleep

from attrs import frozen

from bench.comparison.stage import Stage
from bench.emulated import AT_ONCE, Manner, RunningHost, running_host
from bench.ports.agents import AgentProcess, old_agent, our_agent
from bench.ports.machines import Machines
from bench.ports.orders import Order
from bench.ports.results import PortResult, Round, Way
from bench.scale import PortScale, Scale
from openhyperv.hyperv.host import Host

_DELAYS_S = (0.0, 0.002)
_MOST_REQUESTS = 4
_SETTLE_S = 0.05


def measure_ports(scale: Scale, folder: Path) -> Iterator[PortResult]:
    """Ports bound in every way, in turns on the same host: by some numbers of workers, and with delays."""
    with ExitStack() as resources:
        running = resources.enter_context(running_host(folder))
        host = resources.enter_context(Host.connect(running.target))
        machines = Machines(host, Stage(host, folder, 0))
        old, ours = (resources.enter_context(agent(running)) for agent in (old_agent, our_agent))
        bench = _Bench(running, machines, old, ours, scale.ports)
        yield from bench.curves()
        yield from bench.growth()


@frozen
class _Contender:
    """One way, with ports of its own and how they become unbound again."""

    way: Way
    agent: AgentProcess
    ports: tuple[str, ...]
    unbind: Callable[[Sequence[str]], None]


class _Bench:
    def __init__(
        self, host: RunningHost, machines: Machines, old: AgentProcess, ours: AgentProcess, scale: PortScale
    ) -> None:
        self._host = host
        self._machines = machines
        self._scale = scale
        ports = machines.make(max(scale.at_once, scale.one_by_one))
        self._old = self._old_contender(old, max(scale.old, *scale.growing))
        self._contenders = (
            self._with(self._old, scale.old),
            _Contender(Way.ONE_BY_ONE, ours, ports[: scale.one_by_one], machines.loosen),
            _Contender(Way.AT_ONCE, ours, ports[: scale.at_once], machines.loosen),
        )

    def _old_contender(self, agent: AgentProcess, count: int) -> _Contender:
        ports = self._machines.make(count)
        self._machines.remove_cables(ports)
        return _Contender(Way.OLD, agent, ports, self._machines.remove_cables)

    @staticmethod
    def _with(contender: _Contender, count: int) -> _Contender:
        return _Contender(contender.way, contender.agent, contender.ports[:count], contender.unbind)

    def curves(self) -> Iterator[PortResult]:
        """Each way by each number of workers."""
        for contender in self._contenders:
            self._round(self._with(contender, self._scale.workers[-1]), AT_ONCE, self._scale.workers[-1])
        for delay_s in _DELAYS_S:
            yield from self._curves(Manner(delay_s))

    def _curves(self, manner: Manner) -> Iterator[PortResult]:
        """All of it in turns, round by round, so that what else runs on the machine hits all alike."""
        cases = list(product(self._scale.workers, self._contenders))
        rounds = [
            [self._round(contender, manner, workers) for workers, contender in cases]
            for _ in range(self._scale.rounds)
        ]
        for (workers, contender), own in zip(cases, zip(*rounds, strict=True), strict=True):
            most_requests = None if contender.way is Way.OLD else _MOST_REQUESTS
            yield PortResult(contender.way, manner.delay_s, workers, own, most_requests)

    def growth(self) -> Iterator[PortResult]:
        """The old way with more and more ports: what one costs stays the same."""
        workers = self._scale.workers[-1]
        for count in self._scale.growing:
            rounds = (self._round(self._with(self._old, count), Manner(_DELAYS_S[-1]), workers),)
            yield PortResult(Way.OLD, _DELAYS_S[-1], workers, rounds, is_growth=True)

    def _round(self, contender: _Contender, manner: Manner, workers: int) -> Round:
        order = Order(contender.ports, workers, one_by_one=contender.way is Way.ONE_BY_ONE)
        self._host.behave(manner)
        before, cpu_before_s = self._host.variables(), self._host.cpu_s()
        work = contender.agent.bind(order)
        sleep(_SETTLE_S)
        after, cpu_after_s = self._host.variables(), self._host.cpu_s()
        self._host.behave(AT_ONCE)
        self._machines.check(contender.ports)
        contender.unbind(contender.ports)
        return Round(
            ports=len(contender.ports),
            requests=sum(after.requests.values()) - sum(before.requests.values()),
            wire_bytes=after.wire_bytes - before.wire_bytes,
            seconds=work.seconds,
            agent_cpu_s=work.cpu_s,
            host_cpu_s=cpu_after_s - cpu_before_s,
        )
