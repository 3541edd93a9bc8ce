"""Msvm_SecurityService: virtual TPM, shielding and key protectors of virtual machines (2016 and later)."""

from __future__ import annotations

from attrs import evolve

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting, text_of
from openhyperv.emulator.host.job_state import JobType
from openhyperv.emulator.host.jobs import Job, JobFailure
from openhyperv.emulator.host.setting_view import SECURITY, SECURITY_TAIL
from openhyperv.emulator.host.systems import Place
from openhyperv.emulator.host.virtual_system import SystemState
from openhyperv.wire.instance import Instance

SERVICE = "Msvm_SecurityService"
NO_PROTECTOR = bytes((0, 0, 0, 4))  # UNVERIFIED: what GetKeyProtector answers for a VM that has none


class SecurityProvider:
    """Settings change only while the VM is off."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "ModifySecuritySettings")
    def modify(self, call: Call) -> Result:
        """Change what has a value; the job fails where a TPM lacks its key protector."""
        settings, place = self._arguments(call)
        changes = {n: v for n, v in settings.items() if n != "InstanceID" and v is not None}
        if changes.get("TpmEnabled") is True and place.configuration.generation == 1:
            raise MethodFailure(Code.NOT_SUPPORTED, "A generation 1 VM has no TPM.")

        def work(_job: Job) -> None:
            if changes.get("TpmEnabled") is True and not place.configuration.protection.key_protector:
                raise JobFailure(Code.FAILED, f"'{place.system.name}': a TPM needs a key protector first.")
            with self._host.changing(place.system):
                place.system.configuration.security.update(changes)

        job = self._host.jobs.run(
            JobType.MODIFY,
            work,
            affected=[place.system.path],
            description="Modifying Virtual Machine Security Settings",
        )
        return Result(Code.JOB_STARTED, {"Job": job.path})

    @method(SERVICE, "SetKeyProtector")
    def set_key_protector(self, call: Call) -> Result:
        """Give the VM what its TPM's secrets are sealed to; its contents are not looked into."""
        _, place = self._arguments(call)
        protector = call["KeyProtector"]
        if not isinstance(protector, list | tuple) or not protector:
            raise MethodFailure(Code.INVALID_PARAMETER, "KeyProtector is empty.")
        with self._host.changing(place.system):
            configuration = place.configuration
            new = bytes(b for b in protector if isinstance(b, int))
            configuration.protection = evolve(configuration.protection, key_protector=new)
        return Result(Code.COMPLETED)

    @method(SERVICE, "GetKeyProtector")
    def get_key_protector(self, call: Call) -> Result:
        """The key protector as it was set."""
        place = self._place(read_setting(call["SecuritySettingData"], SECURITY, self._host.schema))
        return Result(
            Code.COMPLETED,
            {"KeyProtector": list(place.configuration.protection.key_protector or NO_PROTECTOR)},
        )

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
