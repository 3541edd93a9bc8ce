"""Keeping an instance's disks for one operation of this nova-compute at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nova.objects.instance import Instance
from oslo_concurrency import lockutils


@contextmanager
def disks_held(instance: Instance) -> Iterator[None]:
    """Nobody else copies the instance's disks, or removes them: Nova deletes while it snapshots."""
    with lockutils.lock(f"openhyperv-disks-{instance.uuid}"):
        yield
