"""The frame around a sealed envelope: every reader's tolerance, and nothing beyond it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.errors import ProtocolError
from openhyperv.transport.sealing import SealedMessage, SealProtocol, read_sealed, write_sealed

PROTOCOLS = st.sampled_from(list(SealProtocol))
# Binary that looks like the frame around it must not be mistaken for it.
BINARY = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"--Encrypted Boundary--\r\n", b"--Encrypted Boundary\r\n", b"\r\n", b"--"]),
    ),
    max_size=5,
).map(b"".join)


@given(protocol=PROTOCOLS, signature=BINARY, ciphertext=BINARY, length=st.integers(0, 2**31))
def test_what_is_written_is_read_again(protocol, signature, ciphertext, length):
    message = SealedMessage(signature, ciphertext, length)

    assert read_sealed(protocol, protocol.content_type, write_sealed(protocol, message)) == message


def test_the_frame_is_the_documented_one():
    message = SealedMessage(b"S" * 16, b"cipher", 6)

    assert write_sealed(SealProtocol.SPNEGO, message) == (
        b"--Encrypted Boundary\r\n"
        b"\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=6\r\n"
        b"--Encrypted Boundary\r\n"
        b"\tContent-Type: application/octet-stream\r\n"
        b"\x10\x00\x00\x00" + b"S" * 16 + b"cipher--Encrypted Boundary--\r\n"
    )


@pytest.mark.parametrize("tab", ["\t", "", "  "])
@pytest.mark.parametrize("space", ["", " "])
@pytest.mark.parametrize("end", ["\r\n", ""])
def test_servers_differ_in_white_space_and_case(tab, space, end):
    body = (
        f"--{space}Encrypted Boundary\r\n"
        f"{tab}Content-type: application/http-spnego-session-encrypted\r\n"
        f"{tab}OriginalContent: type=application/soap+xml;charset=UTF-16; Length=3\r\n"
        f"--{space}Encrypted Boundary\r\n"
        f"{tab}Content-Type: application/octet-stream\r\n"
        f"\x02\x00\x00\x00SSabc--{space}Encrypted Boundary--{end}"
    ).encode()
    content_type = f'Multipart/Encrypted; boundary="Encrypted Boundary"; protocol={SealProtocol.SPNEGO}'

    assert read_sealed(SealProtocol.SPNEGO, content_type, body) == SealedMessage(b"SS", b"abc", 3)


@given(body=st.binary(max_size=200), cut=st.integers(0, 400), protocol=PROTOCOLS)
def test_a_frame_that_is_cut_or_garbage_is_refused(body, cut, protocol):
    whole = write_sealed(protocol, SealedMessage(b"S" * 16, body, len(body)))
    for broken in (whole[: min(cut, len(whole) - 3)], whole[cut + 1 :], body):
        with pytest.raises(ProtocolError):
            read_sealed(protocol, protocol.content_type, broken)


@given(claimed=st.integers(4, 2**32 - 1))
def test_a_signature_longer_than_the_body_is_refused(claimed):
    whole = write_sealed(SealProtocol.SPNEGO, SealedMessage(b"SS", b"", 0))
    broken = whole.replace(b"\x02\x00\x00\x00SS", claimed.to_bytes(4, "little") + b"SS")

    with pytest.raises(ProtocolError):
        read_sealed(SealProtocol.SPNEGO, SealProtocol.SPNEGO.content_type, broken)


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/soap+xml;charset=UTF-8",
        "multipart/encrypted",
        SealProtocol.KERBEROS.content_type,
    ],
)
def test_another_content_type_than_agreed_is_refused(content_type):
    body = write_sealed(SealProtocol.SPNEGO, SealedMessage(b"S", b"c", 1))

    with pytest.raises(ProtocolError):
        read_sealed(SealProtocol.SPNEGO, content_type, body)
