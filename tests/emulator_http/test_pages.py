"""The emulator's own pages."""

import json
import socket

import pytest

from tests.emulator_http.raw import ask, request_bytes

ABOUT = {"classes": {"Msvm_ComputerSystem": {"Get": "answers"}}, "note": "<script>", "list": [1, 2]}


@pytest.fixture
def listener(listen):
    return listen(about=lambda: ABOUT, variables=lambda: {"memory_mb": 5})


def get(path, **headers):
    return request_bytes(method="GET", path=path, **headers)


def test_about_is_json_for_programs(listener):
    response, body = ask(listener, get("/about"))
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(body) == ABOUT


def test_about_is_html_for_people_and_escaped(listener):
    response, body = ask(listener, get("/about", Accept="text/html,*/*;q=0.8"))
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"Msvm_ComputerSystem" in body
    assert b"&lt;script&gt;" in body
    assert b"<script>" not in body


def test_variables_count_what_happened(listener):
    ask(listener, request_bytes())
    _response, body = ask(listener, get("/debug/vars"))
    variables = json.loads(body)
    assert variables["memory_mb"] == 5
    assert variables["http"]["connections_total"] == 2
    assert variables["http"]["bytes_received"] > 50


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (request_bytes(path="/about"), 405),
        (request_bytes(path="/debug/vars"), 405),
        (get("/debug/other"), 404),
        (request_bytes(method="PUT", path="/debug/rules"), 405),
    ],
)
def test_other_pages_and_methods_are_refused(listener, request_, status):
    assert ask(listener, request_)[0].status == status


def test_other_machines_see_no_pages(listen):
    own_address = _own_address()
    if own_address is None:
        pytest.skip("this machine has no address but loopback")
    listener = listen(address=own_address)
    for path in ("/about", "/debug/vars", "/debug/rules"):
        assert ask(listener, get(path))[0].status == 404


def _own_address():
    """The address that packets to elsewhere would leave from; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address
