"""Making this package the module that old code imports as ``wmi``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType

from openhyperv.transport.target import Target
from openhyperv.wmi.moniker import LOCAL
from openhyperv.wmi.registry import INSTALLED

_OLD_NAME = "wmi"


def install(targets: Target | Mapping[str, Target] | None = None) -> ModuleType:
    """Make ``import wmi`` give this package; return it.

    ``targets`` is where ``.``, the local host of old code, leads; or a mapping of names to targets, ``.``
    among them. Without it the ``OPENHYPERV_*`` variables name the host. Each server's own name, which object
    paths carry, is learned from the server and leads to the same target.

    Installing again replaces the targets; connections made before stay with theirs.

    :raises InvalidInputError: no targets are given and the environment names no host
    """
    if targets is None:
        targets = Target.from_environment()
    INSTALLED.install({LOCAL: targets} if isinstance(targets, Target) else targets)
    module = sys.modules[__package__]
    sys.modules[_OLD_NAME] = module
    return module
