"""Whose something is that was found on a host."""

from __future__ import annotations

from nova import exception
from nova.context import RequestContext
from nova.objects.instance import Instance


def known_instance(context: RequestContext, uuid: str) -> Instance | None:
    """The instance of that identifier, deleted or not; None if Nova has none."""
    try:
        return Instance.get_by_uuid(context.elevated(read_deleted="yes"), uuid)
    except exception.InstanceNotFound:
        return None
