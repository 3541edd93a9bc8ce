"""The service's own configuration as a resource, ``winrm get winrm/config`` (MS-WSMV 2.2.4.10).

Elements and their order are those of a recording of pypsrp from Windows Server 2012 and later. What concerns
WinRM's client and shells, which an emulated host does not have, has Microsoft's defaults, and says that there
is no access to shells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from lxml import etree

from openhyperv.emulator.http.limits import Limits
from openhyperv.emulator.wsman.access import Access
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.wire.xml import Element, add, qualified

CONFIG_URI = "http://schemas.microsoft.com/wbem/wsman/1/config"

_Settings: TypeAlias = Mapping[str, "str | int | bool | _Settings"]

_UNLIMITED = 4294967295
_ROOT_SDDL = "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"
_PORTS: _Settings = {"HTTP": 5985, "HTTPS": 5986}
_CLIENT: _Settings = {
    "NetworkDelayms": 5000,
    "URLPrefix": "wsman",
    "AllowUnencrypted": False,
    "Auth": {
        "Basic": True,
        "Digest": True,
        "Kerberos": True,
        "Negotiate": True,
        "Certificate": True,
        "CredSSP": False,
    },
    "DefaultPorts": _PORTS,
    "TrustedHosts": "",
}
_SHELLS: _Settings = {
    "AllowRemoteShellAccess": False,
    "IdleTimeout": 7200000,
    "MaxConcurrentUsers": 2147483647,
    "MaxShellRunTime": 2147483647,
    "MaxProcessesPerShell": 2147483647,
    "MaxMemoryPerShellMB": 2147483647,
    "MaxShellsPerUser": 2147483647,
}


def configuration(limits: ServiceLimits, access: Access) -> Element:
    """``cfg:Config`` with the quotas and the access in force."""
    config = etree.Element(qualified(CONFIG_URI, "Config"), nsmap={"cfg": CONFIG_URI})
    _write(
        config,
        {
            "MaxEnvelopeSizekb": limits.max_envelope_bytes // 1024,
            "MaxTimeoutms": int(limits.max_timeout_s * 1000),
            "MaxBatchItems": limits.max_batch_items,
            "MaxProviderRequests": _UNLIMITED,
            "Client": _CLIENT,
            "Service": _service(limits, access),
            "Winrs": _SHELLS,
        },
    )
    return config


def _service(limits: ServiceLimits, access: Access) -> _Settings:
    transport = Limits()
    return {
        "RootSDDL": _ROOT_SDDL,
        "MaxConcurrentOperations": _UNLIMITED,
        "MaxConcurrentOperationsPerUser": limits.max_operations_per_user,
        "EnumerationTimeoutms": int(limits.enumeration_timeout_s * 1000),
        "MaxConnections": transport.max_connections,
        "MaxPacketRetrievalTimeSeconds": int(transport.retrieval_s),
        "AllowUnencrypted": access.allow_unencrypted,
        "Auth": _authentication(access),
        "DefaultPorts": _PORTS,
        "IPv4Filter": "*",
        "IPv6Filter": "*",
        "EnableCompatibilityHttpListener": False,
        "EnableCompatibilityHttpsListener": False,
        "CertificateThumbprint": "",
        "AllowRemoteAccess": True,
    }


def _authentication(access: Access) -> _Settings:
    return {
        "Basic": access.has_basic,
        "Kerberos": access.has_kerberos,
        "Negotiate": True,
        "Certificate": False,
        "CredSSP": False,
        "CbtHardeningLevel": "Relaxed",
    }


def _write(parent: Element, settings: _Settings) -> None:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            _write(add(parent, CONFIG_URI, name), value)
        else:
            add(parent, CONFIG_URI, name, str(value).lower() if isinstance(value, bool) else str(value))
