"""HTTP around the envelopes, on the wire (wsman-cim.md 1; ``Server`` and the media type are recorded)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest
from lxml import etree

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.http.accounts import Account
from tests.emulated import emulated_host
from tests.foreign.raw_wsman import DEADLINE_S, SYSTEM, TRANSFER, envelope

OPERATOR = Account("operator", "plain ascii")
SOAP = "application/soap+xml;charset=UTF-8"
GET = envelope(f"{TRANSFER}/Get", SYSTEM, selectors={"Name": "HV1"})
MISSING = envelope(f"{TRANSFER}/Get", SYSTEM, selectors={"Name": "nobody"})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """A host that can be read without unsealing: Basic in clear text."""
    options = {"account": OPERATOR, "allow_basic": True, "allow_unencrypted": True}
    with emulated_host(tmp_path_factory.mktemp("host"), **options) as host:
        yield host


@pytest.fixture
def connection(stage: EmulatedHost) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", stage.listener.port, timeout=DEADLINE_S)
    yield connection
    connection.close()


def post(
    connection: HTTPConnection,
    body: str | bytes,
    *,
    path: str = "/wsman",
    media: str = SOAP,
    is_known: bool = True,
) -> tuple[HTTPResponse, bytes]:
    token = b64encode(f"{OPERATOR.name}:{OPERATOR.password}".encode()).decode()
    headers = {"Content-Type": media} | ({"Authorization": f"Basic {token}"} if is_known else {})
    connection.request("POST", path, body if isinstance(body, bytes) else body.encode(), headers)
    response = connection.getresponse()
    return response, response.read()


@pytest.mark.parametrize(("body", "status"), [(GET, 200), (MISSING, 500)])
def test_answers(connection: HTTPConnection, body: str, status: int) -> None:
    response, answer = post(connection, body)
    assert (response.status, response.getheader("Content-Type")) == (status, SOAP)
    assert response.getheader("Server") == "Microsoft-HTTPAPI/2.0"
    assert int(response.getheader("Content-Length") or 0) == len(answer)
    assert answer.startswith(b"<s:Envelope"), "recorded: no XML declaration"
    assert response.getheader("Connection") is None, "the connection stays"


def test_a_client_without_an_account(connection: HTTPConnection) -> None:
    """One header line for each scheme, and no SOAP."""
    response, body = post(connection, GET, is_known=False)
    assert (response.status, body) == (401, b"")
    assert response.headers.get_all("WWW-Authenticate") == ["Negotiate", 'Basic realm="WSMAN"']


@pytest.mark.parametrize(
    ("body", "options", "status"),
    [
        (GET, {"path": "/elsewhere"}, 404),
        (GET, {"media": "text/xml"}, 415),
        (b" " * (500 * 1024 + 1), {}, 413),
    ],
)
def test_refusals_without_soap(
    connection: HTTPConnection, body: str | bytes, options: dict[str, str], status: int
) -> None:
    """wsman-cim.md 9.12."""
    response, answer = post(connection, body, **options)  # type: ignore[arg-type]
    assert response.status == status
    assert b"Envelope" not in answer


def test_an_envelope_that_is_none(connection: HTTPConnection) -> None:
    """Malformed XML is one of the few faults with 400."""
    response, answer = post(connection, "<s:Envelope")
    assert (response.status, response.getheader("Content-Type")) == (400, SOAP)
    assert etree.fromstring(answer).xpath("//@Code") == ["2150858819"]


def test_a_charset_that_is_none_of_the_two(connection: HTTPConnection) -> None:
    response, answer = post(connection, GET.encode(), media="application/soap+xml;charset=ISO-8859-1")
    assert response.status == 500
    (detail,) = etree.fromstring(answer).xpath("//*[local-name()='FaultDetail']/text()")
    assert str(detail).endswith("/CharacterSet")


def test_utf_16_is_answered_in_kind(connection: HTTPConnection) -> None:
    body = f"<?xml version='1.0' encoding='UTF-16'?>{GET}".encode("utf-16")
    response, answer = post(connection, body, media="application/soap+xml;charset=UTF-16")
    assert (response.status, response.getheader("Content-Type")) == (
        200,
        "application/soap+xml;charset=UTF-16",
    )
    assert "Msvm_ComputerSystem" in answer.decode("utf-16")
