"""Glance as snapshots need it: Nova's stand-in for it forgets what is uploaded, and how large it was."""

from __future__ import annotations

from typing import Any, BinaryIO

from nova.tests.fixtures import GlanceFixture


def keep_uploads(glance: GlanceFixture) -> None:
    """Have it keep the content of images that are updated, and what trusted certificates were asked for."""
    update = glance.update

    def updated(
        context: Any,
        image_id: str,
        metadata: dict[str, Any],
        data: BinaryIO | None = None,
        purge_props: bool = False,
    ) -> Any:
        if data is not None:
            content = b"".join(iter(lambda: data.read(65536), b""))
            glance._imagedata[image_id] = content
            metadata = {**metadata, "size": len(content), "status": "active"}
        return update(context, image_id, metadata, purge_props=purge_props)

    glance.update = updated
