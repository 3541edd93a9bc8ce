"""Replies as HTTP allows them, cut into packets in any way, and replies that it does not allow."""

from __future__ import annotations

import socket
from itertools import pairwise
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhyperv.errors import HyperVError, ProtocolError
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.http import HttpReply, post, request_head
from openhyperv.transport.stream import Stream
from openhyperv.transport.target import Target


def read(data: bytes, *, cuts: tuple[int, ...] = (), limit: int = 10_000) -> HttpReply:
    """What a client makes of these bytes, sent in pieces and followed by the end of the connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        Thread(target=_send, args=(theirs, data, cuts), daemon=True).start()
        return post(Stream(ours, Deadline.after(10)), request_head(Target(host="h")), b"<q/>", limit)


def _send(theirs: socket.socket, data: bytes, cuts: tuple[int, ...]) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    try:
        for start, end in pairwise(edges):
            theirs.sendall(data[start:end])
        theirs.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_request_is_one_post_with_its_length():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")
        head = request_head(Target(host="::1"), Content_Type="text/plain")
        post(Stream(ours, Deadline.after(10)), head, b"12345", 10)
        request = theirs.recv(4096)

    head, _, body = request.partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    assert first == "POST /wsman HTTP/1.1"
    assert "Host: [::1]:5985" in headers
    assert "Content-Type: text/plain" in headers
    assert "Content-Length: 5" in headers
    assert body == b"12345"


@given(body=st.binary(max_size=300), cuts=st.lists(st.integers(0, 400), max_size=6).map(tuple))
@settings(max_examples=50, deadline=None)
def test_a_reply_may_come_in_any_pieces(body, cuts):
    reply = read(b"HTTP/1.1 200 OK\r\nX: a:b \r\nContent-Length: %d\r\n\r\n%b" % (len(body), body), cuts=cuts)

    assert (reply.status, reply.body, reply.header("x"), reply.stays_open) == (200, body, "a:b", True)


@given(chunks=st.lists(st.binary(min_size=1, max_size=100), max_size=5), cuts=st.lists(st.integers(0, 700)))
@settings(max_examples=50, deadline=None)
def test_a_reply_may_come_in_chunks(chunks, cuts):
    data = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert read(head + data + b"0\r\nTrailer: t\r\n\r\n", cuts=tuple(cuts)).body == b"".join(chunks)


@pytest.mark.parametrize(
    ("head", "stays_open"),
    [
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: Close\r\n", False),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\n", True),
    ],
)
def test_a_connection_stays_open_as_http_says(head, stays_open):
    assert read(head + b"Content-Length: 2\r\n\r\nok").stays_open is stays_open


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/2 200\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nno length",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    ],
)
def test_what_is_no_http_reply_is_refused(data):
    with pytest.raises(ProtocolError):
        read(data)


@given(data=st.binary(max_size=300), tail=st.binary(max_size=100))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_a_reply_or_an_error_of_ours(data, tail):
    for answer in (data, b"HTTP/1.1 200 OK\r\n" + data + b"\r\n\r\n" + tail):
        try:
            assert isinstance(read(answer), HttpReply)
        except HyperVError:
            continue
