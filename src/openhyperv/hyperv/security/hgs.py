"""The namespace of the Host Guardian Service's client, and its classes that methods are called on."""

from __future__ import annotations

from openhyperv.wire.path import ObjectPath

HGS = "root/microsoft/windows/hgs"
GUARDIAN = "MSFT_HgsGuardian"
GUARDIANS = ObjectPath(GUARDIAN, {}, HGS)
KEY_PROTECTORS = ObjectPath("MSFT_HgsKeyProtector", {}, HGS)
CLIENT_CONFIGURATION = ObjectPath("MSFT_HgsClientConfiguration", {}, HGS)
