"""``python -m openhyperv.emulator.debian_guest OUTDIR``: build every variant as raw, VHD and VHDX."""

from __future__ import annotations

from pathlib import Path

import click

from openhyperv.emulator.debian_guest.boot_files import BuildError, default_cache, fetch
from openhyperv.emulator.debian_guest.guests import VARIANTS, build_all


@click.command()
@click.argument("outdir", type=click.Path(file_okay=False, path_type=Path))
@click.option("--only", type=click.Choice(list(VARIANTS)), multiple=True, help="Build only these variants.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Keep downloads here.")
def main(outdir: Path, only: tuple[str, ...], cache: Path | None) -> None:
    """Build small bootable Debian guests into OUTDIR and print their paths."""
    try:
        for path in build_all(outdir, fetch(cache or default_cache()), only or tuple(VARIANTS)):
            click.echo(path)
    except BuildError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
