"""Debian's own boot chain, fetched by ``apt-get download``: nothing is installed, no root is needed."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

_PACKAGES = ("shim-signed", "grub-efi-amd64-signed", "busybox-static")
_KERNEL_METAPACKAGE = "linux-image-cloud-amd64"
_AGENT_PACKAGE = "qemu-guest-agent"
_PERL_PACKAGE = "perl-base"
_CONTENTS = "files-with-perl"
"""The folder of the cache; another name whenever other packages are needed."""
_TIMEOUT_S = 600


class BuildError(Exception):
    """The guest cannot be built; the text says what is missing."""


@frozen
class BootFiles:
    """The files a guest is made of, as Debian signed and published them."""

    root: Path

    @property
    def kernel(self) -> Path:
        """The kernel, signed by Debian."""
        return _only(self.root / "boot", "vmlinuz-*")

    @property
    def modules(self) -> Path:
        """The tree of the kernel's modules."""
        return _only(self.root / "lib/modules", "*") / "kernel"

    @property
    def shim(self) -> Path:
        """The first loader, signed by Microsoft's UEFI CA."""
        return self.root / "usr/lib/shim/shimx64.efi.signed"

    @property
    def grub(self) -> Path:
        """The second loader, signed by Debian; it reads /EFI/debian/grub.cfg."""
        return self.root / "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"

    @property
    def busybox(self) -> Path:
        """The user space, in one static program."""
        return self.root / "bin/busybox"

    @property
    def agent(self) -> Path:
        """QEMU's guest agent."""
        return self.root / "usr/sbin/qemu-ga"

    @property
    def perl(self) -> Path:
        """What sends and reads raw frames inside the guest; its modules are left out."""
        return self.root / "usr/bin/perl"

    @property
    def dynamic_loader(self) -> Path:
        """What starts programs that are not static."""
        return next(self.root.rglob("ld-linux-x86-64.so.2"))

    def library(self, soname: str) -> Path | None:
        """A shared library, if it is among the files."""
        places = (self.root / top / "x86_64-linux-gnu" / soname for top in ("lib", "usr/lib"))
        return next((place for place in places if place.exists()), None)


def _only(directory: Path, pattern: str) -> Path:
    return next(directory.glob(pattern))


def default_cache() -> Path:
    """Where downloads are kept between builds."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "openhyperv" / "debian-guest"


def fetch(cache: Path) -> BootFiles:
    """The boot files, downloaded unless ``cache`` has them (about 30 MB, seconds).

    :raises BuildError: this is no Debian, or its archive cannot be reached
    """
    files = cache / _CONTENTS
    if not files.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            tree = _download(Path(temporary))
            _publish(tree, files)
    return BootFiles(files)


def _publish(tree: Path, files: Path) -> None:
    """Two builds at once may both have downloaded: the first one wins."""
    try:
        tree.rename(files)
    except OSError:
        if not files.exists():
            raise


def _download(directory: Path) -> Path:
    """Fetch and unpack, by what apt knows; where that is nothing or outdated, by fresh lists of our own."""
    try:
        _fetch_packages(directory, [])
    except BuildError:
        _fetch_packages(directory, _fresh_lists(directory))
    tree = directory / "tree"
    for package in directory.glob("*.deb"):
        _run(["dpkg-deb", "-x", str(package), str(tree)], directory)
    return tree


def _fetch_packages(directory: Path, options: Sequence[str]) -> None:
    programs = {*_with_libraries(_AGENT_PACKAGE, options), *_with_libraries(_PERL_PACKAGE, options)}
    names = [_kernel_package(options), *_PACKAGES, *sorted(programs)]
    _run(["apt-get", *options, "download", *names], directory)


def _fresh_lists(directory: Path) -> list[str]:
    """Options for apt to use package lists in ``directory``, which root is not needed for."""
    lists = directory / "apt"
    (lists / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    options = [f"-oDir::State::Lists={lists}/lists", f"-oDir::Cache={lists}", "-oDebug::NoLocking=1"]
    _run(["apt-get", *options, "update"], directory)
    return options


def _kernel_package(options: Sequence[str]) -> str:
    """The package behind the metapackage that always names the newest kernel."""
    names = [name for name in _needed(_KERNEL_METAPACKAGE, options) if name.startswith("linux-image-")]
    if names:
        return names[0]
    raise BuildError(f"apt knows no package {_KERNEL_METAPACKAGE}: the guest is built from Debian (amd64).")


def _with_libraries(package: str, options: Sequence[str]) -> set[str]:
    """A package, its libraries and theirs."""
    found, waiting = {package}, [package]
    while waiting:
        needed = _needed(waiting.pop(), options)
        libraries = {name for name in needed if name.startswith(("lib", "zlib"))} - found
        found |= libraries
        waiting += libraries
    return found


def _needed(package: str, options: Sequence[str]) -> list[str]:
    """What a package depends on, alternatives and virtual packages left out."""
    answer = _run(["apt-cache", *options, "depends", "--important", package], Path.cwd())
    return re.findall(r"^ *(?:Pre)?Depends: ([^<\s]+)$", answer, re.MULTILINE)


def _run(argv: Sequence[str], cwd: Path) -> str:
    try:
        done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except FileNotFoundError as error:
        raise BuildError(f"{argv[0]} is not installed: the guest is built from Debian's packages.") from error
    if done.returncode:
        raise BuildError(f"{argv[0]} failed: {done.stderr.strip()}")
    return done.stdout
