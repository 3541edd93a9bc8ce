"""Requests on the wire: every way to cut them into pieces, and every way to get them wrong."""

import socket
from contextlib import closing, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhyperv.emulator.http.counters import Counters
from openhyperv.emulator.http.head import RequestRefusedError, read_head
from openhyperv.emulator.http.limits import Limits
from openhyperv.emulator.http.stream import HttpStream, Request

LENGTH = b"POST /wsman?x=y HTTP/1.1\r\nHost: a\r\nX: 1\r\nx:2 \r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST http://a:5985/WSMAN HTTP/1.1\r\nHOST:a\r\nX: 1, 2\r\ntransfer-encoding: Chunked\r\n\r\n"
    b"2\r\nhe\r\n3;name=value\r\nllo\r\n0\r\nTrailer: x\r\n\r\n"
)


def read_all(*pieces, limits=None):
    """What a stream makes of bytes that arrive in these pieces and then end."""
    near, far = socket.socketpair()
    with closing(near), closing(far):
        stream = HttpStream(far, limits or Limits(), Counters())
        requests = []
        for piece in pieces:
            near.sendall(piece)
        near.shutdown(socket.SHUT_WR)
        while request := stream.read():
            requests.append(request)
        return requests


@settings(deadline=None)
@given(st.lists(st.sampled_from([LENGTH, CHUNKED, b"\r\n" + LENGTH]), max_size=4), st.data())
def test_requests_are_the_same_however_they_are_cut(requests, data):
    whole = b"".join(requests)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    found = read_all(*pieces)
    assert [(r.method, r.path, r.headers["x"], r.body) for r in found] == [
        ("POST", "/wsman", "1, 2", b"hello")
    ] * len(requests)


@settings(deadline=None)
@given(st.integers(0, len(LENGTH) - 1))
def test_half_a_request_is_none(length):
    assert read_all(LENGTH[:length]) == []
    assert read_all(CHUNKED[:length]) == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST  /wsman HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"POST wsman HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"POST /wsman HTTP/2.0\r\nHost: a\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nHost: a\nA: b\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400),
        (CHUNKED.replace(b"HOST", b"Content-Length: 3\r\nHost"), 400),
        (CHUNKED.replace(b"Chunked", b"gzip"), 501),
        (CHUNKED.replace(b"2\r\nhe", b"0x2\r\nhe"), 400),
        (CHUNKED.replace(b"2\r\nhe", b"3\r\nhe"), 400),
        (CHUNKED.replace(b"2\r\nhe", b"fffff\r\nhe"), 413),
        (b"x" * 20000, 400),
    ],
)
def test_what_could_be_understood_in_two_ways_is_refused(data, status):
    with pytest.raises(RequestRefusedError) as caught:
        read_all(data)
    assert caught.value.status == status


@pytest.mark.parametrize(
    "head", [LENGTH.replace(b"1.1", b"1.0"), LENGTH.replace(b"X: 1", b"Connection: Close")]
)
def test_nothing_is_read_after_the_last_request(head):
    assert len(read_all(head + LENGTH)) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_refused(data):
    for head in (data, b"POST /wsman HTTP/1.1\r\nHost: a\r\n" + data):
        with suppress(RequestRefusedError):
            assert "\n" not in "".join(read_head(head).headers.values())


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_stream_of_bytes_ends(data):
    with suppress(RequestRefusedError):
        assert all(isinstance(request, Request) for request in read_all(data))
