"""What the secrets of a virtual machine's TPM are sealed to, and which policy came with that."""

from __future__ import annotations

from attrs import frozen


@frozen
class Protection:
    """Opaque to the host: key protectors are made and read by guardians, policies come from shielding files.

    ``last_good_key_protector`` is the one that the VM last started with.
    """

    key_protector: bytes = b""
    last_good_key_protector: bytes = b""
    policy: bytes = b""
