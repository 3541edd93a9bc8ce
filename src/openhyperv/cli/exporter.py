"""``hv exporter``: hosts for Prometheus."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import click

from openhyperv.cli.invocation import Invocation
from openhyperv.cli.options import Command
from openhyperv.cli.output import say
from openhyperv.cli.profiles import profile_names, profiles_path
from openhyperv.cli.targets import target_of, target_of_profile
from openhyperv.cli.words import Listen
from openhyperv.errors import InvalidInputError, UnsupportedError
from openhyperv.hyperv.host import Host
from openhyperv.transport.target import Target

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer


@click.command(cls=Command)
@click.option(
    "--listen",
    type=Listen(),
    default="127.0.0.1:9290",
    show_default=True,
    help="Where to answer, without encryption or password; let a proxy add both for other machines.",
)
@click.option(
    "--target",
    "names",
    multiple=True,
    metavar="PROFILE",
    help="Export the host of this profile; may be repeated. Without it: all profiles of hv.toml, or where "
    "there are none the host that the general options name.",
)
@click.pass_obj
def exporter(invocation: Invocation, listen: tuple[str, int], names: tuple[str, ...]) -> None:
    """Export hosts and their machines to Prometheus, until interrupted.

    /probe?target=NAME reads one host in ten requests, however many machines it has. Metrics have the names
    of windows_exporter where they mean the same.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _hosts(_targets(invocation, names)) as hosts, _listening(hosts, listen) as server:
        address, port = server.server_address[:2]
        say(invocation, f"Exporting {', '.join(hosts)} on http://{address!s}:{port}/.")
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def _targets(invocation: Invocation, names: tuple[str, ...]) -> Mapping[str, Target]:
    names = names or profile_names(profiles_path())
    if names:
        return {name: target_of_profile(name) for name in names}
    target = target_of(invocation)
    return {target.host: target}


@contextmanager
def _hosts(targets: Mapping[str, Target]) -> Iterator[Mapping[str, Host]]:
    """The hosts by name; each is connected when it is first read."""
    with ExitStack() as resources:
        yield {name: resources.enter_context(Host.connect(target)) for name, target in targets.items()}


def _listening(hosts: Mapping[str, Host], listen: tuple[str, int]) -> WSGIServer:
    """A server that listens.

    :raises UnsupportedError: what it is made with is not installed
    :raises InvalidInputError: the address cannot be had
    """
    try:
        from openhyperv.exporter.server import serve  # noqa: PLC0415  # an extra, not installed everywhere
    except ModuleNotFoundError as error:
        remedy = "Install it: pip install 'openhyperv[exporter]'."
        raise UnsupportedError(f"The Python package {error.name} is missing.", remedy=remedy) from error
    try:
        return serve(hosts, *listen)
    except OSError as error:
        raise InvalidInputError(f"{listen[0]}:{listen[1]} cannot be had: {error.strerror}.") from error
