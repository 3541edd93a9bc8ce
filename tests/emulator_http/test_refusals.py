"""What the listener answers by itself, and what never reaches the service."""

import base64
from contextlib import closing
from time import monotonic

import pytest

from openhyperv.emulator.http.limits import Limits
from tests.emulator_http.raw import SOAP, ask, connect, receive, request_bytes
from tests.emulator_http.recorder import ADMIN, ENVELOPE

BASIC = "Basic " + base64.b64encode(f"{ADMIN.name}:{ADMIN.password}".encode()).decode()


def open_listener(listen, **options):
    """One on which a plain client gets as far as the service."""
    return listen(allow_basic=True, allow_unencrypted=True, **options)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (request_bytes(path="/"), 404),
        (request_bytes(path="/wsman/other"), 404),
        (request_bytes(method="GET"), 405),
        (request_bytes(method="HEAD"), 405),
        (request_bytes(), 401),
        (request_bytes(body=b"<x/>", Content_Type=SOAP), 401),
        (request_bytes(Authorization="Bearer abc"), 401),
        (request_bytes(Authorization="Negotiate"), 401),
        (request_bytes(Authorization="Negotiate %%%"), 401),
        (request_bytes(Authorization="Negotiate " + base64.b64encode(b"\x60\x82junk").decode()), 401),
        (request_bytes(Authorization=BASIC, body=b"<x/>", Content_Type="text/xml"), 415),
        (request_bytes(Authorization=BASIC, body=b"<x/>"), 415),
        (request_bytes(Authorization=BASIC, body=b"<x/>", Content_Type="multipart/encrypted"), 400),
        (request_bytes(Content_Length="600000"), 413),
        (b"nonsense\r\n\r\n", 400),
        (request_bytes(Authorization="x" * 100000), 400),
        (request_bytes(Content_Length="-5"), 400),
    ],
)
def test_refused_in_plain_http(listen, service, request_, status):
    response, body = ask(open_listener(listen), request_)
    assert response.status == status
    assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
    assert b"Envelope" not in body
    assert service.exchanges == []


def test_schemes_are_offered_one_per_line(listen):
    response, _body = ask(listen(), request_bytes())
    assert response.headers.get_all("WWW-Authenticate") == ["Negotiate"]
    response, _body = ask(open_listener(listen), request_bytes())
    assert response.headers.get_all("WWW-Authenticate") == ["Negotiate", 'Basic realm="WSMAN"']


def test_basic_is_not_offered_in_clear_text(listen, service):
    listener = listen(allow_basic=True)
    response, _body = ask(listener, request_bytes(Authorization=BASIC, body=b"<x/>", Content_Type=SOAP))
    assert response.status == 401
    assert response.headers.get_all("WWW-Authenticate") == ["Negotiate"]
    assert service.exchanges == []


def test_an_allowed_plain_request_is_answered_and_keeps_the_connection(listen, service):
    data = request_bytes(Authorization=BASIC, body=b"<x/>", Content_Type=SOAP)
    with closing(connect(open_listener(listen))) as connection:
        for _ in range(2):
            connection.sendall(data)
            response, body = receive(connection)
            assert (response.status, response.reason, body) == (200, "", ENVELOPE)
            assert response.headers["Content-Type"] == SOAP
    assert len(service.exchanges) == 2


def test_an_empty_authenticated_post_is_answered_empty(listen, service):
    response, body = ask(open_listener(listen), request_bytes(Authorization=BASIC))
    assert (response.status, body) == (200, b"")
    assert service.exchanges == []


@pytest.mark.parametrize(
    "request_",
    [
        request_bytes(body=b"<id/>", Content_Type=SOAP, WSMANIDENTIFY="unauthenticated"),
        request_bytes(path="/wsman-anon/identify", body=b"<id/>", Content_Type=SOAP),
    ],
)
def test_identify_may_come_without_an_account(listen, service, request_):
    response, body = ask(listen(), request_)
    assert (response.status, body) == (200, ENVELOPE)
    (exchange,) = service.exchanges
    assert not exchange.is_authenticated
    assert exchange.user == ""


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        ("<é/>".encode(), SOAP, "UTF-8"),
        ("<é/>".encode("utf-8-sig"), "application/soap+xml", "UTF-8"),
        ("<é/>".encode("utf-16"), "application/soap+xml;charset=UTF-16", "UTF-16"),
        ("<é/>".encode("utf-16-le"), 'application/soap+xml; charset="utf-16"', "UTF-16"),
        ("<?xml version='1.0' encoding='UTF-16'?><é/>".encode("utf-16"), SOAP, "UTF-16"),
    ],
)
def test_both_charsets_reach_the_service_as_utf_8_and_are_answered_in_kind(
    listen, service, body, content_type, charset
):
    response, answer = ask(
        open_listener(listen), request_bytes(Authorization=BASIC, body=body, Content_Type=content_type)
    )
    (exchange,) = service.exchanges
    assert (exchange.body, exchange.charset) == ("<é/>".encode(), charset)
    assert response.headers["Content-Type"] == f"application/soap+xml;charset={charset}"
    assert answer.decode(charset) == ENVELOPE.decode()


def test_another_charset_is_left_to_the_service(listen, service):
    body = "<é/>".encode("latin-1")
    soap = "application/soap+xml;charset=ISO-8859-1"
    response, _answer = ask(
        open_listener(listen), request_bytes(Authorization=BASIC, body=body, Content_Type=soap)
    )
    assert response.status == 200
    assert [(e.body, e.charset) for e in service.exchanges] == [(body, "ISO-8859-1")]


def test_a_body_that_is_not_in_its_charset_is_refused(listen, service):
    soap = "application/soap+xml;charset=UTF-16"
    response, _body = ask(
        open_listener(listen), request_bytes(Authorization=BASIC, body=b"\x00\xd8\x00", Content_Type=soap)
    )
    assert response.status == 400
    assert service.exchanges == []


def test_a_body_above_the_limit_is_cut_off_while_it_comes(listen, service):
    limits = Limits(max_envelope_kb=10)
    body = b"x" * 10300
    data = request_bytes(Authorization=BASIC, body=body, Content_Type=SOAP)
    assert ask(open_listener(listen, limits=limits), data)[0].status == 413
    chunked = b"POST /wsman HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    assert ask(open_listener(listen, limits=limits), chunked)[0].status == 413
    assert service.exchanges == []


def test_a_chunked_body_is_put_together(listen, service):
    head = (
        f"POST /WSMAN?PSVersion=5.1 HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\nContent-Type: {SOAP}\r\n"
    )
    data = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n2\r\n<x\r\n2\r\n/>\r\n0\r\n\r\n"
    assert ask(open_listener(listen), data)[0].status == 200
    assert service.exchanges[0].body == b"<x/>"


def test_expect_100_continue_is_answered_before_the_body(listen):
    head = request_bytes(Authorization=BASIC, Content_Type=SOAP, Content_Length="4", Expect="100-continue")
    with closing(connect(open_listener(listen))) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"<x/>")
        assert receive(connection)[0].status == 200


@pytest.mark.parametrize("data", [b"POST /wsman HT", request_bytes(body=b"<x/>")[:-1]])
def test_a_request_that_does_not_arrive_in_time_is_cut(listen, data):
    listener = listen(limits=Limits(retrieval_s=0.3))
    with closing(connect(listener)) as connection:
        started = monotonic()
        connection.sendall(data)
        assert connection.recv(100) == b""
        assert monotonic() - started < 5


def test_one_byte_after_the_other_does_not_stretch_the_time(listen):
    listener = listen(limits=Limits(retrieval_s=0.5))
    started = monotonic()
    with closing(connect(listener)) as connection:
        while is_open(connection):
            connection.sendall(b"P")
            assert monotonic() - started < 5


def is_open(connection):
    connection.settimeout(0.05)
    try:
        return connection.recv(10) != b""
    except TimeoutError:
        return True
    except ConnectionResetError:
        return False


def test_an_idle_connection_is_closed(listen):
    with closing(connect(listen(limits=Limits(idle_s=0.2)))) as connection:
        assert connection.recv(100) == b""


def test_one_connection_too_many_is_turned_away(listen):
    listener = listen(limits=Limits(max_connections=2))
    with closing(connect(listener)) as one, closing(connect(listener)) as two:
        for connection in (one, two):
            connection.sendall(request_bytes(method="GET", path="/debug/vars"))
            assert receive(connection)[0].status == 200
        assert ask(listener, request_bytes())[0].status == 503
    assert ask(listener, request_bytes())[0].status == 401


def test_a_defect_of_the_service_is_a_plain_500_and_is_counted(listen, service):
    service.answer = None
    listener = open_listener(listen)
    data = request_bytes(Authorization=BASIC, body=b"<x/>", Content_Type=SOAP)
    assert ask(listener, data)[0].status == 500
    assert listener.counters.snapshot()["service_failures"] == 1


def test_a_plain_client_on_a_tls_port_gets_nothing(listen, tls_files):
    listener = listen(tls=tls_files)
    with closing(connect(listener)) as connection:
        connection.sendall(request_bytes())
        try:
            assert not connection.recv(100).startswith(b"HTTP")
        except ConnectionResetError:
            return


def test_ipv6_is_listened_on(listen):
    try:
        listener = listen(address="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert listener.url == f"http://[::1]:{listener.port}/wsman"
    assert ask(listener, request_bytes())[0].status == 401


def test_a_port_in_use_is_an_error_and_leaves_nothing(listen):
    first = listen()
    with pytest.raises(OSError, match="in use"):
        listen(port=first.port)
    assert ask(first, request_bytes())[0].status == 401
