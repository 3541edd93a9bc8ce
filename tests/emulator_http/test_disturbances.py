"""What rules do to connections, seen from the other end of a socket."""

import base64
from contextlib import closing
from http.client import HTTPResponse, IncompleteRead
from time import monotonic

import pytest

from openhyperv.emulator.http.exchange import Answer, answer_under
from openhyperv.emulator.rules.actions import (
    DrippingBody,
    JobHangs,
    ResetAfter,
    ResetBefore,
    Slow,
    TruncatedBody,
    Unauthorized,
)
from tests.emulator_http.raw import SOAP, ask, connect, request_bytes
from tests.emulator_http.recorder import ADMIN, ENVELOPE

BASIC = "Basic " + base64.b64encode(f"{ADMIN.name}:{ADMIN.password}".encode()).decode()
REQUEST = request_bytes(Authorization=BASIC, body=b"<x/>", Content_Type=SOAP)


@pytest.fixture
def listener(listen):
    return listen(allow_basic=True, allow_unencrypted=True)


@pytest.mark.parametrize(
    ("action", "is_executed"),
    [
        (None, True),
        (Slow(), True),
        (ResetAfter(), True),
        (TruncatedBody(), True),
        (JobHangs(), True),
        (ResetBefore(), False),
        (Unauthorized(), False),
    ],
)
def test_only_two_actions_keep_a_request_from_the_host(action, is_executed):
    executed = []
    answer = answer_under(action, lambda: executed.append(1) or Answer(ENVELOPE))
    assert bool(executed) is is_executed
    assert answer.disturbance == action
    assert answer.body == (ENVELOPE if is_executed else b"")


def test_a_reset_is_a_reset(listener, service):
    service.answer = Answer(ENVELOPE, disturbance=ResetAfter())
    with closing(connect(listener)) as connection:
        connection.sendall(REQUEST)
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    assert len(service.exchanges) == 1


def test_a_truncated_body_is_half_of_what_was_announced(listener, service):
    service.answer = Answer(ENVELOPE, disturbance=TruncatedBody())
    with closing(connect(listener)) as connection:
        connection.sendall(REQUEST)
        response = HTTPResponse(connection)
        response.begin()
        with pytest.raises(IncompleteRead) as caught:
            response.read()
    assert caught.value.partial == ENVELOPE[: len(ENVELOPE) // 2]


def test_a_dripping_answer_comes_a_byte_a_second(listener, service):
    service.answer = Answer(ENVELOPE, disturbance=DrippingBody())
    with closing(connect(listener)) as connection:
        started = monotonic()
        connection.sendall(REQUEST)
        assert [connection.recv(100) for _ in range(2)] == [b"H", b"T"]
        assert 1.5 < monotonic() - started < 10


def test_a_slow_answer_is_late_and_whole(listener, service):
    service.answer = Answer(ENVELOPE, disturbance=Slow(delay_s=0.4))
    started = monotonic()
    assert ask(listener, REQUEST)[1] == ENVELOPE
    assert monotonic() - started >= 0.4


def test_unauthorized_offers_the_schemes_again(listener, service):
    service.answer = Answer(b"", disturbance=Unauthorized())
    response, _body = ask(listener, REQUEST)
    assert response.status == 401
    assert "Negotiate" in response.headers.get_all("WWW-Authenticate")


@pytest.mark.parametrize("action", [Slow(delay_s=3600), DrippingBody()])
def test_stopping_waits_for_no_rule(listener, service, action):
    service.answer = Answer(ENVELOPE, disturbance=action)
    with closing(connect(listener)) as connection:
        connection.sendall(REQUEST)
        while not service.exchanges:
            connection.settimeout(5)
        started = monotonic()
        listener.stop()
        assert monotonic() - started < 5


def test_rules_are_changed_over_http_by_programs_on_this_machine(listener):
    rules = b'{"rule": [{"action": "reset-after", "operation": "Get", "count": 1}]}'
    post = request_bytes(path="/debug/rules", body=rules, Content_Type="application/json")
    response, body = ask(listener, post)
    assert response.status == 200
    assert b'"reset-after"' in body
    assert [type(rule.action) for rule, _fired in listener.rules.fired()] == [ResetAfter]
    toml = request_bytes(path="/debug/rules", body=b"", Content_Type="application/toml")
    assert ask(listener, toml)[0].status == 200
    assert listener.rules.fired() == []


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("application/json", 400), ("text/plain", 415), ("application/x-www-form-urlencoded", 415)],
)
def test_rules_that_are_wrong_or_sent_by_a_web_page_change_nothing(listener, content_type, status):
    body = b'{"rule": [{"action": "explode"}]}'
    response, text = ask(listener, request_bytes(path="/debug/rules", body=body, Content_Type=content_type))
    assert response.status == status
    assert text
    assert listener.rules.fired() == []
