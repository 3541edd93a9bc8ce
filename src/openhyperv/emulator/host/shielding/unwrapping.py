"""The key behind a key protector, which only those can have whom it was wrapped for."""

from __future__ import annotations

from hashlib import sha256

from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.shielding.guardians import GuardianStore
from openhyperv.emulator.host.shielding.hgs_client import Attestation, load_hgs_client
from openhyperv.emulator.host.shielding.key_protector import (
    BadKeyProtector,
    KeyProtector,
    read_key_protector,
)


def guardian_store(host: Host) -> GuardianStore:
    """The guardians of a host."""
    return GuardianStore(host.data / "guardians", host.name)


def transport_key(host: Host, raw: bytes) -> bytes:
    """The key that a machine's TPM is sealed with: 32 bytes.

    :raises JobFailure: neither this host nor a service that attests to it can unwrap the key protector
    """
    key = _own_key(guardian_store(host), raw)
    if key is not None:
        return key
    if _is_attested(host):
        # The service's keys are nowhere here: a digest stands for the key that it would answer with.
        return sha256(raw).digest()
    # UNVERIFIED: ErrorCode; the text is Microsoft's ("Guidance for troubleshooting shielded VMs")
    raise JobFailure(Code.FAILED, "The key protector could not be unwrapped.")


def is_owned_here(host: Host, raw: bytes) -> bool:
    """True where the host has the private keys of the key protector's owner."""
    protector = _readable(raw)
    return protector is not None and guardian_store(host).pair_of(protector.owner) is not None


def _own_key(store: GuardianStore, raw: bytes) -> bytes | None:
    protector = _readable(raw)
    if protector is None:
        return None
    for holder, wrapped in zip((protector.owner, *protector.guardians), protector.wrapped, strict=True):
        pair = store.pair_of(holder)
        if pair is not None:
            return pair.unwrap(wrapped)
    return None


def _readable(raw: bytes) -> KeyProtector | None:
    try:
        return read_key_protector(raw)
    except BadKeyProtector:
        return None


def _is_attested(host: Host) -> bool:
    client = load_hgs_client(host.data / "hgs-client.json", is_guarded=host.hardware.is_guarded)
    return client.attestation(is_trusted=host.hardware.is_guarded) is Attestation.PASSED
