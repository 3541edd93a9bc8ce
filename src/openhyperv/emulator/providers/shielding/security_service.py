"""Msvm_SecurityService: virtual TPM, shielding and key protectors of virtual machines (2016 and later)."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting, text_of
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import SystemState
from openhyperv.emulator.host.setting_view import SECURITY, SECURITY_TAIL
from openhyperv.emulator.host.shielding.protection import Protection
from openhyperv.emulator.host.shielding.rules import settled
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

SERVICE = "Msvm_SecurityService"
NO_PROTECTOR = bytes((0, 0, 0, 4))  # UNVERIFIED: what GetKeyProtector answers for a VM that has none


class SecurityProvider:
    """Settings change only while the VM is off; a planned VM's can change too."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "ModifySecuritySettings")
    def modify(self, call: Call) -> Result:
        """Change what has a value; the job fails where a TPM lacks its key protector."""
        settings, place = self._arguments(call)
        given = {n: v for n, v in settings.items() if n != "InstanceID" and v is not None}
        changes = settled(place.configuration, given, self._host)

        def work(_job: Job) -> None:
            self._take_over(place, changes)

        job = self._host.jobs.run(
            JobType.MODIFY,
            work,
            affected=[place.system.path],
            description="Modifying Virtual Machine Security Settings",
        )
        return Result(Code.JOB_STARTED, {"Job": job.path})

    def _take_over(self, place: Place, changes: Mapping[str, Value]) -> None:
        if changes.get("TpmEnabled") is True and not place.configuration.protection.key_protector:
            raise JobFailure(Code.FAILED, f"'{place.system.name}': a TPM needs a key protector first.")
        with self._host.changing(place.system):
            place.configuration.security.update(changes)
            if place.configuration.is_shielded:
                place.configuration.values["SecureBootEnabled"] = True

    @method(SERVICE, "SetKeyProtector")
    def set_key_protector(self, call: Call) -> Result:
        """Give the VM what its TPM's secrets are sealed to; its contents are not looked into."""
        _, place = self._arguments(call)
        new = _bytes(call, "KeyProtector")
        return self._protect(place, evolve(place.configuration.protection, key_protector=new))

    @method(SERVICE, "GetKeyProtector")
    def get_key_protector(self, call: Call) -> Result:
        """The key protector as it was set."""
        place = self._place(read_setting(call["SecuritySettingData"], SECURITY, self._host.schema))
        protector = place.configuration.protection.key_protector or NO_PROTECTOR
        return Result(Code.COMPLETED, {"KeyProtector": list(protector)})

    @method(SERVICE, "RestoreLastKnownGoodKeyProtector")
    def restore_key_protector(self, call: Call) -> Result:
        """Go back to the key protector that the VM last started with."""
        _, place = self._arguments(call)
        protection = place.configuration.protection
        if not protection.last_good_key_protector:
            raise MethodFailure(Code.INVALID_STATE, "The VM never started with a key protector.")
        good = protection.last_good_key_protector
        return self._protect(place, evolve(protection, key_protector=good))

    @method(SERVICE, "SetSecurityPolicy")
    def set_policy(self, call: Call) -> Result:
        """Give the VM its tenant's policy; its contents are not looked into."""
        _, place = self._arguments(call)
        policy = _bytes(call, "SecurityPolicy")
        return self._protect(place, evolve(place.configuration.protection, policy=policy))

    def _protect(self, place: Place, protection: Protection) -> Result:
        with self._host.changing(place.system):
            place.configuration.protection = protection
        return Result(Code.COMPLETED)

    def _arguments(self, call: Call) -> tuple[Instance, Place]:
        settings = read_setting(call["SecuritySettingData"], SECURITY, self._host.schema)
        place = self._place(settings)
        if place.is_snapshot or place.system.state is not SystemState.OFF or place.system.is_busy:
            raise MethodFailure(Code.INVALID_STATE, "Security settings change while the VM is off.")
        return settings, place

    def _place(self, settings: Instance) -> Place:
        place = self._host.systems.locate(text_of(settings, "InstanceID"))
        if place is None or place.tail.lower() != SECURITY_TAIL.lower():
            raise MethodFailure(Code.INVALID_PARAMETER, "InstanceID names no VM's security settings.")
        return place


def _bytes(call: Call, name: str) -> bytes:
    """A parameter of bytes.

    :raises MethodFailure: 32773, it is empty
    """
    given = call[name]
    data = bytes(b for b in given if isinstance(b, int)) if isinstance(given, list | tuple) else b""
    if not data:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{name} is empty.")
    return data
