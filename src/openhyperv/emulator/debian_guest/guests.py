"""The guests that the demo and the tests boot, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.debian_guest.boot_files import BootFiles
from openhyperv.emulator.debian_guest.image import build, convert
from openhyperv.emulator.debian_guest.kernels import Kernel


@frozen
class Variant:
    """One guest: for which generation, and with which kernel."""

    generation: int
    kernel: Kernel = Kernel.GENUINE


VARIANTS: Mapping[str, Variant] = {
    "gen1": Variant(1),
    "gen2": Variant(2),
    "gen2-tampered": Variant(2, Kernel.TAMPERED),
    "gen2-unsigned": Variant(2, Kernel.UNSIGNED),
}


def build_all(directory: Path, files: BootFiles, names: Sequence[str]) -> Iterator[Path]:
    """Build the named variants; yields each file as it is complete: ``NAME.raw``, ``.vhd`` and ``.vhdx``.

    :raises BuildError: a program is missing or fails
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        variant = VARIANTS[name]
        raw = directory / f"{name}.raw"
        build(raw, variant.generation, files, variant.kernel)
        yield raw
        for ending in (".vhd", ".vhdx"):
            convert(raw, raw.with_suffix(ending))
            yield raw.with_suffix(ending)
