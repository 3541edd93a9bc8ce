"""Removing images from a host's cache that nothing has used for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import nova.conf
from attrs import frozen
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.file_use import files_in_drives, with_parents
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.folder_names import names_in
from openhyperv.nova.images.cached_files import CachedFile, CachedKind, cached_files, unused_mark

CONF = nova.conf.CONF
LOG = log.getLogger(__name__)


def age_images(compute: ComputeHost, instances: Iterable[Instance]) -> None:
    """Remove what has been unused for ``remove_unused_original_minimum_age_seconds``.

    An image is used as long as it is an instance's, or any disk on the host builds on it: an unshelved
    instance runs on an image that Glance has no more. Disks are only looked at where an image is old enough.

    :raises HyperVError: the host does not tell all; what was removed until then stays removed
    """
    compute.images.tidy_downloads()
    if not CONF.image_cache.remove_unused_base_images:
        return
    used = {instance.image_ref for instance in instances if instance.host == compute.name}
    _Ageing(compute, cached_files(compute.host.share, compute.host.layout.images)).run(used)


@frozen
class _Ageing:
    """One look at the cache."""

    compute: ComputeHost
    files: Sequence[CachedFile]

    def run(self, used: set[str]) -> None:
        """Mark, look closer, remove."""
        self._remove_old_partials()
        marked = {file.image_id: file for file in self._of_kind(CachedKind.UNUSED_MARK)}
        images = {file.image_id: file for file in self._of_kind(CachedKind.IMAGE)}
        unused = {each for each in set(images) - used if not self.compute.images.was_given(each)}
        for image_id in unused - set(marked):
            self.compute.host.share.make_folder(self._mark(image_id))
        for image_id in set(marked) - unused:
            self.compute.host.share.remove(self._mark(image_id))
        self._remove_old([images[i] for i in unused & set(marked) if _is_old(marked[i])])

    def _of_kind(self, kind: CachedKind) -> Iterator[CachedFile]:
        return (file for file in self.files if file.kind is kind)

    def _mark(self, image_id: str) -> WindowsPath:
        return unused_mark(self.compute.host.layout.images, image_id)

    def _remove_old_partials(self) -> None:
        for file in filter(_is_old, self._of_kind(CachedKind.PARTIAL)):
            with self.compute.images.alone(file.image_id):
                self.compute.host.share.remove(file.path)

    def _remove_old(self, images: Sequence[CachedFile]) -> None:
        if not images:
            return
        needed = _needed(self.compute)
        for image in images:
            if str(image.path).lower() not in needed:
                self._remove(image)
            self.compute.host.share.remove(self._mark(image.image_id))

    def _remove(self, image: CachedFile) -> None:
        with self.compute.images.alone(image.image_id):
            if not self.compute.images.was_given(image.image_id):
                LOG.info("Removing %s from the cache: it is not used any more.", image.path)
                self.compute.host.share.remove(image.path)


def _is_old(file: CachedFile) -> bool:
    least = timedelta(seconds=CONF.image_cache.remove_unused_original_minimum_age_seconds)
    return datetime.now(UTC) - file.since >= least


def _needed(compute: ComputeHost) -> frozenset[str]:
    """Files that any disk on the host builds on: in drives, and kept in folders of instances."""
    kept = _kept_disks(compute)
    return with_parents(compute.host.disks, [*files_in_drives(compute.host.session), *kept])


def _kept_disks(compute: ComputeHost) -> Iterator[str]:
    machines = compute.host.layout.machines
    for folder in names_in(compute.host.share, machines, folders=True):
        for name in names_in(compute.host.share, machines / folder, folders=False):
            yield str(machines / folder / name)
