"""The job that a method starts, and that fails, where a switch cannot promise a port some bandwidth.

Clients tell it by the HRESULT in the job's text.
"""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.switches.bandwidth import WRONG_PARAMETER
from openhyperv.emulator.host.switches.guarantees import GuaranteeRefused
from openhyperv.wire.path import ObjectPath


def refused_guarantee(
    host: Host, owner: ObjectPath, name: str, job_type: int, refused: GuaranteeRefused
) -> Result:
    """What the method answers; ``owner`` is the machine or switch of that name."""
    text = f"'{name}' failed to modify device 'Ethernet Connection'. {refused} (0x{WRONG_PARAMETER:08X})"

    def fail(_job: Job) -> None:
        raise JobFailure(Code.INVALID_PARAMETER, text, WRONG_PARAMETER)

    description = "Modifying Ethernet Connection"
    job = host.jobs.run(job_type, fail, affected=[owner], description=description)
    return Result(Code.JOB_STARTED, {"Job": job.path})
