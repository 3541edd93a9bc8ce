"""Glance as snapshots need it: Nova's stand-in forgets what is uploaded, and lists all that it has."""

from __future__ import annotations

from typing import Any, BinaryIO

from nova.tests.fixtures import GlanceFixture


def keep_uploads(glance: GlanceFixture) -> None:
    """Have it keep the content of images that are updated, and list those that are asked for."""
    update, detail = glance.update, glance.detail

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

    def detailed(context: Any, *, filters: dict[str, str], **_: Any) -> list[dict[str, Any]]:
        found = [image for image in detail(context) if _is_asked(image, filters)]
        return found[::-1]  # the newest first

    glance.update, glance.detail = updated, detailed


def _is_asked(image: dict[str, Any], filters: dict[str, str]) -> bool:
    properties = {f"property-{name}": value for name, value in image["properties"].items()}
    return filters.items() <= properties.items()
