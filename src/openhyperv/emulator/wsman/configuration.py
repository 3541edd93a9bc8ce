"""The listener's own configuration as a resource, ``winrm get winrm/config`` (MS-WSMV 2.2.4.11)."""

from __future__ import annotations

from lxml import etree

from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.wire.xml import Element, add, qualified

CONFIG_URI = "http://schemas.microsoft.com/wbem/wsman/1/config"


def configuration(limits: ServiceLimits) -> Element:
    """``cfg:Config`` with the quotas in force."""
    config = etree.Element(qualified(CONFIG_URI, "Config"), nsmap={"cfg": CONFIG_URI})
    add(config, CONFIG_URI, "MaxEnvelopeSizekb", str(limits.max_envelope_bytes // 1024))
    add(config, CONFIG_URI, "MaxTimeoutms", str(int(limits.max_timeout_s * 1000)))
    add(config, CONFIG_URI, "MaxBatchItems", str(limits.max_batch_items))
    service = add(config, CONFIG_URI, "Service")
    enumeration_ms = str(int(limits.enumeration_timeout_s * 1000))
    add(service, CONFIG_URI, "MaxConcurrentOperationsPerUser", str(limits.max_operations_per_user))
    add(service, CONFIG_URI, "EnumerationTimeoutms", enumeration_ms)
    return config
