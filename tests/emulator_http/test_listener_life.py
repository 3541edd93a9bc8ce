"""Many at once, and nothing left afterwards."""

import os
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from openhyperv.emulator.http.connection import reset_on_close
from openhyperv.emulator.http.environment import claimed
from openhyperv.emulator.http.listener import Listener
from openhyperv.errors import InvalidInputError
from tests.emulator_http.raw import ask, connect, receive, request_bytes
from tests.emulator_http.recorder import ADMIN


def open_sockets():
    return sum(entry.is_socket() for entry in Path("/proc/self/fd").iterdir())


def test_fifty_connections_are_answered_side_by_side(listen):
    listener = listen()
    everyone_is_here = threading.Barrier(50, timeout=30)

    def visit(_number):
        with closing(connect(listener)) as connection:
            everyone_is_here.wait()
            connection.sendall(request_bytes(method="GET", path="/debug/vars"))
            return receive(connection)[0].status

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(visit, range(50))) == [200] * 50
    assert listener.counters.snapshot()["connections_total"] == 50


@pytest.mark.parametrize("is_secure", [False, True])
def test_stopping_leaves_no_thread_no_socket_and_no_variable(service, tls_files, is_secure):
    threads, sockets, variable = threading.active_count(), open_sockets(), os.environ.get("NTLM_USER_FILE")
    listener = Listener(service=service, accounts=[ADMIN], tls=tls_files if is_secure else None)
    listener.start()
    idle = [connect(listener) for _ in range(5)]
    idle[0].sendall(b"POST /wsman HTTP/1.1\r\nContent-Le")
    assert threading.active_count() > threads
    listener.stop()
    assert threading.active_count() == threads
    assert os.environ.get("NTLM_USER_FILE") == variable
    for connection in idle:
        connection.close()
    assert open_sockets() == sockets
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((listener.address, listener.port), timeout=5)


@pytest.mark.parametrize("is_secure", [False, True])
def test_peers_that_leave_at_once_do_not_stop_the_listener(listen, tls_files, is_secure):
    listener = listen(tls=tls_files if is_secure else None)
    for sent in (b"", b"POST /wsm", b"\x16\x03\x01") * 10:
        with closing(connect(listener)) as connection:
            connection.sendall(sent)
            reset_on_close(connection)
    assert is_answering(listener, tls_files)


def is_answering(listener, tls_files):
    if listener.tls is None:
        return ask(listener, request_bytes())[0].status == 401
    context = ssl.create_default_context(cafile=tls_files.ca)
    with connect(listener) as plain, context.wrap_socket(plain, server_hostname="localhost") as secure:
        secure.sendall(request_bytes())
        return receive(secure)[0].status == 401


def test_a_stopped_listener_starts_again(service):
    listener = Listener(service=service, accounts=[ADMIN])
    for _ in range(2):
        with listener:
            assert ask(listener, request_bytes())[0].status == 401


def test_two_keytabs_in_one_process_are_refused(listen, tmp_path):
    listen(keytab=tmp_path / "one.keytab")
    with pytest.raises(InvalidInputError, match="KRB5_KTNAME"):
        listen(keytab=tmp_path / "two.keytab")


def test_a_variable_gets_its_value_back_from_the_last_holder(monkeypatch):
    monkeypatch.setenv("OPENHYPERV_TEST_VARIABLE", "before")
    with claimed("OPENHYPERV_TEST_VARIABLE", "now"):
        with claimed("OPENHYPERV_TEST_VARIABLE", "now"):
            assert os.environ["OPENHYPERV_TEST_VARIABLE"] == "now"
        assert os.environ["OPENHYPERV_TEST_VARIABLE"] == "now"
    assert os.environ["OPENHYPERV_TEST_VARIABLE"] == "before"
