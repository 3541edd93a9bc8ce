"""Sealed bodies: every form that is known to be sent is read, and nothing else is."""

from contextlib import suppress

import pytest
import spnego
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openhyperv.emulator.http.media import media_type
from openhyperv.emulator.http.ntlm_accounts import acceptor_file
from openhyperv.emulator.http.sealing import (
    SealedBody,
    SealingError,
    SealingProtocol,
    put_together,
    seal,
    take_apart,
    unseal,
)
from tests.emulator_http.recorder import ADMIN

BOUNDARY = "Encrypted Boundary"
NASTY = b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n--Encrypted Boundary--\r\n"


@settings(deadline=None)
@given(
    st.sampled_from(SealingProtocol),
    st.integers(0, 10**6),
    st.binary(max_size=64),
    st.binary(max_size=200),
)
@example(SealingProtocol.SPNEGO, 1, b"", b"")
@example(SealingProtocol.SPNEGO, 1, NASTY, NASTY)
@example(SealingProtocol.KERBEROS, 1, b"\r\n", b"--Encrypted Boundary--")
def test_what_is_put_together_is_taken_apart_again(protocol, length, header, ciphertext):
    sealed = SealedBody(protocol, "application/soap+xml;charset=UTF-8", length, header, ciphertext)
    assert take_apart(put_together(sealed), BOUNDARY) == sealed


SEALED_FORM = (
    "%(dash)sEncrypted Boundary\r\n"
    "%(indent)sContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    "%(indent)sOriginalContent: type=application/soap+xml;charset=UTF-8;Length=3\r\n"
    "%(dash)sEncrypted Boundary\r\n"
    "%(indent)sContent-Type: application/octet-stream\r\n"
    "\x02\0\0\0hhccc%(dash)sEncrypted Boundary--%(end)s"
)


@pytest.mark.parametrize(
    "body",
    [
        SEALED_FORM % {"dash": "--", "indent": "", "end": "\r\n"},
        SEALED_FORM % {"dash": "-- ", "indent": "\t", "end": "\r\n"},
        SEALED_FORM.replace("-Type: ", "-type:") % {"dash": "--", "indent": "\t", "end": ""},
    ],
)
def test_tabs_spaces_and_the_last_line_break_do_not_matter(body):
    sealed = take_apart(body.encode("latin-1"), BOUNDARY)
    assert (sealed.length, sealed.header, sealed.ciphertext) == (3, b"hh", b"ccc")


GOOD = put_together(SealedBody(SealingProtocol.SPNEGO, "application/soap+xml", 3, b"hh", b"ccc"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<s:Envelope/>",
        GOOD[:-10],
        GOOD.replace(b"SPNEGO", b"CredSSP"),
        GOOD.replace(b"OriginalContent", b"Original"),
        GOOD.replace(b"Length=3", b"Length=x"),
        GOOD.replace(b"Length=3", b"Length=99999999999"),
        GOOD.replace(b"\x02\0\0\0", b"\xff\xff\xff\xff"),
        GOOD.replace(b"\x02\0\0\0hhccc", b"\x02\0"),
        GOOD.replace(b"octet-stream", b"xml"),
    ],
)
def test_other_forms_are_refused(body):
    with pytest.raises(SealingError):
        take_apart(body, BOUNDARY)


@settings(deadline=None)
@given(st.binary(max_size=300), st.text(st.characters(max_codepoint=255), max_size=20))
def test_any_bytes_are_read_or_refused(body, boundary):
    with suppress(SealingError):
        take_apart(body, boundary)


@pytest.fixture
def contexts():
    """Both ends of an NTLM session that was really established."""
    client = spnego.client(ADMIN.name, ADMIN.password, protocol="negotiate")
    with acceptor_file().named(), acceptor_file().showing(ADMIN, ""):
        server = spnego.server(protocol="negotiate")
        token = client.step()
        while token:
            reply = server.step(token)
            token = client.step(reply) if reply else None
    return client, server


def test_messages_are_sealed_in_sequence_both_ways(contexts):
    for sender, receiver in (contexts, contexts[::-1]):
        for text in (b"", b"one", b"x" * 100_000):
            content_type, body = seal(text, "application/soap+xml", SealingProtocol.SPNEGO, sender)
            boundary = media_type(content_type).parameters["boundary"]
            assert unseal(take_apart(body, boundary), receiver) == text


def test_a_changed_replayed_or_misdeclared_message_is_refused(contexts):
    client, server = contexts
    _type, body = seal(b"text", "application/soap+xml", SealingProtocol.SPNEGO, client)
    sealed = take_apart(body, BOUNDARY)
    assert unseal(sealed, server) == b"text"
    with pytest.raises(SealingError):
        unseal(sealed, server)
    _type, body = seal(b"text", "application/soap+xml", SealingProtocol.SPNEGO, client)
    with pytest.raises(SealingError):
        unseal(take_apart(body.replace(b"Length=4", b"Length=3"), BOUNDARY), server)
