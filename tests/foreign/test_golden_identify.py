"""Identify and the service's configuration, as users and strangers are told.

Recorded: an authenticated Identify of a Windows Server 2012 R2 that listens on HTTP (a public post about
Ansible), unauthenticated ones of hosts with Stack 3.0 (several public scripts), the configuration that
pypsrp's tests replay. [MS-WSMV] 3.1.4.1.23 has the rule of who sees the security profiles.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
from lxml import etree

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.wsman.limits import ServiceLimits
from tests.emulated import emulated_host
from tests.foreign.golden import expect
from tests.foreign.raw_wsman import DEADLINE_S, NAMESPACES, TRANSFER, RawClient, envelope, raw_client

IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
PROFILE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
QUESTION = (
    f'<s:Envelope xmlns:s="{NAMESPACES["s"]}" xmlns:wsmid="{IDENTITY}"><s:Header/><s:Body><wsmid:Identify/>'
    "</s:Body></s:Envelope>"
)


def ask_without_account(host: EmulatedHost) -> etree._Element:
    headers = {"Content-Type": "application/soap+xml;charset=UTF-8", "WSMANIDENTIFY": "unauthenticated"}
    connection: HTTPConnection
    if host.options.is_tls:
        trust = ssl.create_default_context(cafile=str(host.tls_files().ca))
        connection = HTTPSConnection("localhost", host.listener.port, timeout=DEADLINE_S, context=trust)
    else:
        connection = HTTPConnection("localhost", host.listener.port, timeout=DEADLINE_S)
    connection.request("POST", "/wsman", QUESTION, headers)
    reply = etree.fromstring(connection.getresponse().read())
    connection.close()
    return reply


def identified(version: str, profiles: str) -> str:
    return f"""
        <s:Header/>
        <s:Body><wsmid:IdentifyResponse xmlns:wsmid="{IDENTITY}">
          <wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>
          <wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>
          <wsmid:ProductVersion>OS: {version} SP: 0.0 Stack: 3.0</wsmid:ProductVersion>{profiles}
        </wsmid:IdentifyResponse></s:Body>"""


def security_profiles(*names: str) -> str:
    each = "".join(f"<wsmid:SecurityProfileName>{PROFILE}/{n}</wsmid:SecurityProfileName>" for n in names)
    return f"<wsmid:SecurityProfiles>{each}</wsmid:SecurityProfiles>"


def test_a_user(raw: RawClient) -> None:
    """Recorded: the envelope has a language, declares nothing but SOAP, and the profiles are HTTP's."""
    reply = raw.send(QUESTION)
    assert reply.status == 200
    expected = identified("10.0.26100", security_profiles("http/spnego-kerberos"))
    expect(reply.root, f'<s:Envelope xml:lang="en-US">{expected}</s:Envelope>')
    assert list(reply.root.nsmap) == ["s"]


def test_a_stranger(stage: EmulatedHost) -> None:
    """Recorded: no language; documented: no profiles, no version."""
    expect(ask_without_account(stage), f"<s:Envelope>{identified('0.0.0', '')}</s:Envelope>")


@pytest.mark.parametrize(
    ("options", "profiles"),
    [
        ({"is_tls": True}, ("https/spnego-kerberos",)),
        ({"is_tls": True, "allow_basic": True}, ("https/basic", "https/spnego-kerberos")),
        ({"allow_basic": True}, ("http/spnego-kerberos",)),
        ({"allow_basic": True, "allow_unencrypted": True}, ("http/basic", "http/spnego-kerberos")),
    ],
)
def test_the_profiles_are_the_schemes_on_offer(
    tmp_path: Path, options: dict[str, bool], profiles: tuple[str, ...]
) -> None:
    """Recorded for Basic over HTTP, in this order."""
    with emulated_host(tmp_path, **options) as host, raw_client(host) as raw:
        found = raw.send(QUESTION).all("//*[local-name()='SecurityProfileName']/text()")
        assert found == [f"{PROFILE}/{name}" for name in profiles]
        expect(ask_without_account(host), f"<s:Envelope>{identified('0.0.0', '')}</s:Envelope>")


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    limits = ServiceLimits(max_envelope_bytes=150 * 1024, max_timeout_s=30)
    with emulated_host(tmp_path_factory.mktemp("host"), is_tls=True, allow_basic=True, limits=limits) as host:
        yield host


def test_the_configuration(configured: EmulatedHost) -> None:
    """Recorded in every element and its place; the quotas and the access are this host's own."""
    with raw_client(configured) as raw:
        answer = raw.send(envelope(f"{TRANSFER}/Get", CONFIG))
    ports = "<cfg:DefaultPorts><cfg:HTTP>5985</cfg:HTTP><cfg:HTTPS>5986</cfg:HTTPS></cfg:DefaultPorts>"
    expect(
        answer.content,
        f"""
        <cfg:Config xmlns:cfg="{CONFIG}">
          <cfg:MaxEnvelopeSizekb>150</cfg:MaxEnvelopeSizekb>
          <cfg:MaxTimeoutms>30000</cfg:MaxTimeoutms>
          <cfg:MaxBatchItems>32000</cfg:MaxBatchItems>
          <cfg:MaxProviderRequests>4294967295</cfg:MaxProviderRequests>
          <cfg:Client>
            <cfg:NetworkDelayms>5000</cfg:NetworkDelayms>
            <cfg:URLPrefix>wsman</cfg:URLPrefix>
            <cfg:AllowUnencrypted>false</cfg:AllowUnencrypted>
            <cfg:Auth>
              <cfg:Basic>true</cfg:Basic><cfg:Digest>true</cfg:Digest><cfg:Kerberos>true</cfg:Kerberos>
              <cfg:Negotiate>true</cfg:Negotiate><cfg:Certificate>true</cfg:Certificate>
              <cfg:CredSSP>false</cfg:CredSSP>
            </cfg:Auth>
            {ports}
            <cfg:TrustedHosts/>
          </cfg:Client>
          <cfg:Service>
            <cfg:RootSDDL>O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)</cfg:RootSDDL>
            <cfg:MaxConcurrentOperations>4294967295</cfg:MaxConcurrentOperations>
            <cfg:MaxConcurrentOperationsPerUser>1500</cfg:MaxConcurrentOperationsPerUser>
            <cfg:EnumerationTimeoutms>240000</cfg:EnumerationTimeoutms>
            <cfg:MaxConnections>300</cfg:MaxConnections>
            <cfg:MaxPacketRetrievalTimeSeconds>120</cfg:MaxPacketRetrievalTimeSeconds>
            <cfg:AllowUnencrypted>false</cfg:AllowUnencrypted>
            <cfg:Auth>
              <cfg:Basic>true</cfg:Basic><cfg:Kerberos>false</cfg:Kerberos>
              <cfg:Negotiate>true</cfg:Negotiate><cfg:Certificate>false</cfg:Certificate>
              <cfg:CredSSP>false</cfg:CredSSP><cfg:CbtHardeningLevel>Relaxed</cfg:CbtHardeningLevel>
            </cfg:Auth>
            {ports}
            <cfg:IPv4Filter>*</cfg:IPv4Filter>
            <cfg:IPv6Filter>*</cfg:IPv6Filter>
            <cfg:EnableCompatibilityHttpListener>false</cfg:EnableCompatibilityHttpListener>
            <cfg:EnableCompatibilityHttpsListener>false</cfg:EnableCompatibilityHttpsListener>
            <cfg:CertificateThumbprint/>
            <cfg:AllowRemoteAccess>true</cfg:AllowRemoteAccess>
          </cfg:Service>
          <cfg:Winrs>
            <cfg:AllowRemoteShellAccess>false</cfg:AllowRemoteShellAccess>
            <cfg:IdleTimeout>7200000</cfg:IdleTimeout>
            <cfg:MaxConcurrentUsers>2147483647</cfg:MaxConcurrentUsers>
            <cfg:MaxShellRunTime>2147483647</cfg:MaxShellRunTime>
            <cfg:MaxProcessesPerShell>2147483647</cfg:MaxProcessesPerShell>
            <cfg:MaxMemoryPerShellMB>2147483647</cfg:MaxMemoryPerShellMB>
            <cfg:MaxShellsPerUser>2147483647</cfg:MaxShellsPerUser>
          </cfg:Winrs>
        </cfg:Config>""",
    )
