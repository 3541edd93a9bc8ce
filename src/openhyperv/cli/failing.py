"""Errors as people read them: what went wrong, where, and what to do; a traceback only where asked for."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator

import click

from openhyperv.cli.exit_codes import BUG, DONE, INTERRUPTED, exit_code_of
from openhyperv.cli.invocation import Invocation
from openhyperv.cli.printable import printable
from openhyperv.errors import HyperVError


def run(command: Callable[[], int], invocation: Invocation) -> int:
    """Run the command line; returns what to exit with, having told what went wrong on stderr."""
    try:
        return command()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except HyperVError as error:
        click.echo(describe(error), err=True)
        return _ended(exit_code_of(error), invocation)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("hv: interrupted", err=True)
        return _ended(INTERRUPTED, invocation)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on
        return DONE
    except Exception as error:  # noqa: BLE001  # a bug: told in one line, with its origin by --debug
        click.echo(f"hv: {type(error).__name__}: {error} (a bug in hv; --debug shows where)", err=True)
        return _ended(BUG, invocation)


def _ended(code: int, invocation: Invocation) -> int:
    if invocation.debug:
        click.echo(traceback.format_exc(), err=True)
    return code


def describe(error: HyperVError) -> str:
    """An error in lines: its message, then what is known of it."""
    known = [f"  {name:<10} {value}" for name, value in _details(error) if value]
    return printable("\n".join([f"hv: {error.message}", *known]))


def _details(error: HyperVError) -> Iterator[tuple[str, str | None]]:
    yield "host", error.host
    yield "object", error.target
    yield "operation", error.operation
    yield "code", None if error.code is None else f"{error.code} (0x{error.code:08X})"
    if error.outcome_unknown:
        yield "outcome", "unknown: look at the host before trying again"
    yield "remedy", error.remedy
    for note in getattr(error, "__notes__", ()):
        yield "note", note
