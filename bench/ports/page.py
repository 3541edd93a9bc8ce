"""Write what was measured as a page: ``python -m bench.ports.page build/bench.json PAGE``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from string import Template
from typing import Any, TypeAlias

import click

from bench.ports.results import PortResult, Round, Way

_TEMPLATE = Path(__file__).with_name("page.md")
_DEFAULT_WORKERS = 12
"""As the agent's option worker_count has it."""
_OURS = (Way.ONE_BY_ONE, Way.AT_ONCE)

_Curves: TypeAlias = Mapping[tuple[Way, float, int], PortResult]
"""By way, seconds added to every answer, and workers."""


@click.command()
@click.argument("measured", type=click.Path(path_type=Path, exists=True))
@click.argument("page", type=click.Path(path_type=Path))
def main(measured: Path, page: Path) -> None:
    """Make the page of what ``python -m bench --only ports`` has written."""
    report = json.loads(measured.read_text("utf-8"))
    results = [_result(each) for each in report["ports"]]
    curves = {(each.way, each.delay_s, each.workers): each for each in results if not each.is_growth}
    delays_s = sorted({delay_s for _, delay_s, _ in curves})
    rounds = len(next(iter(curves.values())).rounds)
    parts = {
        "machine": _machine(report["machine"], _day(measured), rounds),
        "promises": "\n".join(_promises(curves, delays_s[-1])),
        "costs": "\n".join(_costs(curves)),
        "curves": "\n\n".join("\n".join(_curve(curves, delay_s)) for delay_s in delays_s),
        "growth": "\n".join(_growth([each for each in results if each.is_growth])),
    }
    page.write_text(Template(_TEMPLATE.read_text("utf-8")).substitute(parts), "utf-8")


def _result(record: dict[str, Any]) -> PortResult:
    rounds = tuple(Round(**each) for each in record["rounds"])
    return PortResult(
        Way(record["way"]), record["delay_s"], record["workers"], rounds, is_growth=record["is_growth"]
    )


def _day(measured: Path) -> date:
    return datetime.fromtimestamp(measured.stat().st_mtime, UTC).date()


def _machine(machine: dict[str, Any], day: date, rounds: int) -> str:
    return (
        f"`python -m bench --only ports` measured it on {day} in {rounds} rounds, on a virtual machine "
        f"with {machine['processors']} processors\n(kernel {machine['kernel']}, Python {machine['python']}) "
        f"whose load was {machine['load_average'][2]:.0f} as it ended, that of the bench included."
    )


def _promises(curves: _Curves, delay_s: float) -> Iterator[str]:
    numbers = sorted({workers for _, _, workers in curves})
    workers = min(numbers, key=lambda number: abs(number - _DEFAULT_WORKERS))
    yield f"| {workers} workers | requests | times as fast as {workers} of the old order | as one of it |"
    yield "|---|---:|---:|---:|"
    for way in _OURS:
        ours = curves[way, delay_s, workers]
        old = [curves[Way.OLD, delay_s, number] for number in (workers, numbers[0])]
        ratios = [_spread(ours.times_as_fast_as(each)) for each in old]
        yield _row(way, f"{ours.requests_per_port:.2f}", *ratios)


def _costs(curves: _Curves) -> Iterator[str]:
    yield "| | ports | requests | KiB | processor time of the agent | of the emulated host |"
    yield "|---|---:|---:|---:|---:|---:|"
    for way in Way:
        own = [result for (kind, _, _), result in curves.items() if kind is way]
        requests = max(each.requests_per_port for each in own)
        kib = sum(each.kib_per_port for each in own) / len(own)
        agent_ms, host_ms = min(each.agent_cpu_ms for each in own), min(each.host_cpu_ms for each in own)
        yield _row(
            way,
            f"{own[0].ports:,}",
            f"{requests:.2f}",
            f"{kib:.0f}",
            f"{agent_ms:.1f} ms",
            f"{host_ms:.1f} ms",
        )


def _curve(curves: _Curves, delay_s: float) -> Iterator[str]:
    yield f"## Ports per second, {delay_s * 1000:g} ms for each answer"
    yield ""
    yield _row("workers", *Way, "times as fast", "as one worker")
    yield "|---:|---:|---:|---:|---:|---:|"
    numbers = sorted({workers for _, _, workers in curves})
    alone = curves[Way.OLD, delay_s, numbers[0]]
    for workers in numbers:
        old = curves[Way.OLD, delay_s, workers]
        ours = [curves[way, delay_s, workers] for way in _OURS]
        speeds = [_spread(each.speeds) for each in (old, *ours)]
        yield _row(str(workers), *speeds, _ratios(ours, old), _ratios(ours, alone))


def _growth(results: Sequence[PortResult]) -> Iterator[str]:
    yield "| ports | requests each | processor time of agent and host, each | ports per second |"
    yield "|---:|---:|---:|---:|"
    for each in results:
        cpu_ms = each.agent_cpu_ms + each.host_cpu_ms
        yield _row(
            str(each.ports), f"{each.requests_per_port:.2f}", f"{cpu_ms:.0f} ms", f"{each.speeds[1]:.1f}"
        )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _spread(speeds: tuple[float, float, float]) -> str:
    least, middle, most = (f"{speed:.1f}" for speed in speeds)
    return f"{middle} ({least} to {most})"


def _ratios(ours: Sequence[PortResult], old: PortResult) -> str:
    return ", ".join(f"{each.times_as_fast_as(old)[1]:.1f}" for each in ours)


if __name__ == "__main__":
    main()
