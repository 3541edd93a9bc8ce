"""What may be asked for: refused before anything is touched, secrets kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.errors import DeadlineError, InvalidInputError
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.target import AuthenticationMethod, Target, Transport


def test_the_environment_names_a_target():
    target = Target.from_environment(
        {
            "OPENHYPERV_HOST": "hv1.example.test",
            "OPENHYPERV_PORT": "15986",
            "OPENHYPERV_TRANSPORT": "HTTPS",
            "OPENHYPERV_USERNAME": "EXAMPLE\\admin",
            "OPENHYPERV_PASSWORD": "s3cret",
            "OPENHYPERV_CA_FILE": "/etc/ca.pem",
            "OPENHYPERV_SMB_PORT": "1445",
        }
    )

    assert target == Target(
        host="hv1.example.test",
        transport=Transport.HTTPS,
        port=15986,
        username="EXAMPLE\\admin",
        password="s3cret",
        ca_file=Path("/etc/ca.pem"),
        smb_port=1445,
    )


@pytest.mark.parametrize(("transport", "port"), [("", 5985), ("http", 5985), ("https", 5986)])
def test_empty_variables_count_as_unset(transport, port):
    environment = {"OPENHYPERV_HOST": "h", "OPENHYPERV_TRANSPORT": transport, "OPENHYPERV_PORT": ""}

    target = Target.from_environment(environment)

    assert (target.port, target.smb_port, target.username, target.ca_file) == (port, 445, None, None)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HOST": ""},
        {"HOST": "h", "PORT": "http"},
        {"HOST": "h", "PORT": "0"},
        {"HOST": "h", "PORT": "65536"},
        {"HOST": "h", "PORT": "-1"},
        {"HOST": "h", "PORT": "²"},
        {"HOST": "h", "SMB_PORT": "x"},
        {"HOST": "h", "TRANSPORT": "ftp"},
        {"HOST": "http://h"},
        {"HOST": "h/wsman"},
        {"HOST": "h\r\nX-Injected: yes"},
        {"HOST": "user@h"},
        {"HOST": "h h"},
    ],
)
def test_an_environment_that_names_none_is_refused(environment):
    with pytest.raises(InvalidInputError):
        Target.from_environment({f"OPENHYPERV_{name}": value for name, value in environment.items()})


@pytest.mark.parametrize("host", ["fe80::1%eth0", "::1", "[::1]"])
def test_an_ipv6_address_stands_in_brackets_where_a_port_follows(host):
    assert Target(host=host).address == f"[{host.strip('[]')}]:5985"


def test_a_password_is_not_shown():
    assert "s3cret" not in repr(Target(host="h", username="u", password="s3cret"))


@pytest.mark.parametrize("method", [AuthenticationMethod.NTLM, AuthenticationMethod.BASIC])
@pytest.mark.parametrize(
    "account", [{}, {"username": "u"}, {"password": "p"}, {"username": "", "password": "p"}]
)
def test_a_method_that_needs_a_password_is_refused_without(method, account):
    with pytest.raises(InvalidInputError, match="password"):
        Target(host="h", transport=Transport.HTTPS, authentication=method, **account)


def test_a_colon_in_a_basic_user_name_is_refused():
    with pytest.raises(InvalidInputError, match="colon"):
        Target(
            host="h",
            transport=Transport.HTTPS,
            authentication=AuthenticationMethod.BASIC,
            username="a:b",
            password="p",
        )


def test_a_deadline_that_has_passed_says_what_was_given():
    with pytest.raises(DeadlineError, match=r"0 s .* \[operation read\]"):
        Deadline.after(0).check("read")

    assert Deadline.after(-1).remaining_s == 0
    assert 9 < Deadline.after(10).check("read") <= 10
