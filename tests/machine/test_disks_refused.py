"""What limits and buses of disks are refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   quota:disk_total_iops_sec=-1
       disk-limit: quota:disk_total_iops_sec is '-1'; allowed is a number from 0 to
       9223372036854775807.
2025   quota:disk_total_iops_sec=fast
       disk-limit: quota:disk_total_iops_sec is 'fast'; allowed is a number from 0 to
       9223372036854775807.
2025   quota:disk_total_bytes_sec=1M
       disk-limit: quota:disk_total_bytes_sec is '1M'; allowed is a number from 0 to
       9223372036854775807.
2025   quota:disk_total_bytes_sec=
       disk-limit: quota:disk_total_bytes_sec is ''; allowed is a number from 0 to
       9223372036854775807.
2012   quota:disk_total_iops_sec=100
       unsupported: A limit of a disk's speed needs Windows Server 2012 R2 (6.3) or newer; this host
       is 6.2.9200.
2012   quota:disk_total_bytes_sec=1
       unsupported: A limit of a disk's speed needs Windows Server 2012 R2 (6.3) or newer; this host
       is 6.2.9200.
2025   quota:disk_read_iops_sec=10
       unsupported: The flavor extra spec quota:disk_read_iops_sec=10 asks for something that is not
       available here. Remove the flavor extra spec, if the machine can do without it.
2025   quota:disk_write_bytes_sec=10
       unsupported: The flavor extra spec quota:disk_write_bytes_sec=10 asks for something that is
       not available here. Remove the flavor extra spec, if the machine can do without it.
2025   quota:disk_total_iops_sec_max=10
       unsupported: The flavor extra spec quota:disk_total_iops_sec_max=10 asks for something that
       is not available here. Remove the flavor extra spec, if the machine can do without it.
2025   quota:disk_io_limit=10
       unsupported: The flavor extra spec quota:disk_io_limit=10 asks for something that is not
       available here. Remove the flavor extra spec, if the machine can do without it.
2025   gen1 hw_disk_bus=scsi
       disk-bus: Generation 1 cannot have this drive on SCSI, only on IDE.
2025   gen2 hw_disk_bus=ide
       disk-bus: Generation 2 cannot have this drive on IDE, only on SCSI.
2025   gen2 hw_disk_bus=virtio
       disk-bus: hw_disk_bus is 'virtio'; allowed are ide, scsi.
2025   gen1 hw_disk_bus=
       disk-bus: hw_disk_bus is ''; allowed are ide, scsi.
"""


@shows("F3", "I14")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
