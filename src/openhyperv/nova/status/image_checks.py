"""What images ask for that a scheduler would not look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keystoneauth1 import exceptions, loading
from keystoneauth1.adapter import Adapter
from oslo_config import cfg

from openhyperv.nova.status.configuration import CATALOG_GROUP
from openhyperv.nova.status.verdict import GOOD, Verdict, warning

_PAGE = "/v2/images?limit=200"
_VERSIONS = ("hypervisor_version_requires", "img_hv_requested_version")
# ImagePropertiesFilter of Nova 34 passes every host for an image that has none of these.
_LOOKED_AT_FIRST = (
    "hypervisor_type",
    "img_hv_type",
    "architecture",
    "hw_architecture",
    "vm_mode",
    "hw_vm_mode",
)


def version_requirements(conf: cfg.ConfigOpts) -> Verdict:
    """No image relies on a version requirement that the scheduler ignores."""
    if conf.filter_scheduler.image_properties_default_architecture:
        return GOOD
    try:
        glance = _glance(conf)
        if glance is None:
            return warning(f"not checked: the group [{CATALOG_GROUP}] names no account.")
        ignored = [str(image["id"]) for image in _images(glance) if _is_ignored(image)]
    except exceptions.ClientException as error:
        return warning(f"not checked: images cannot be listed: {error}.")
    if not ignored:
        return GOOD
    return warning(
        "hypervisor_version_requires is ignored by the scheduler on images without img_hv_type, "
        f"hw_architecture or hw_vm_mode. Set img_hv_type=hyperv on {', '.join(ignored)}."
    )


def _glance(conf: cfg.ConfigOpts) -> Adapter | None:
    account = loading.load_auth_from_conf_options(conf, CATALOG_GROUP)
    if account is None:
        return None
    session = loading.load_session_from_conf_options(conf, CATALOG_GROUP, auth=account)
    return loading.load_adapter_from_conf_options(conf, "glance", session=session, auth=account)


def _images(glance: Adapter) -> Iterator[Mapping[str, Any]]:
    page = _PAGE
    while page:
        answer = glance.get(page).json()
        yield from answer["images"]
        page = answer.get("next", "")


def _is_ignored(image: Mapping[str, Any]) -> bool:
    asks = any(name in image for name in _VERSIONS)
    return asks and not any(image.get(name) for name in _LOOKED_AT_FIRST)
