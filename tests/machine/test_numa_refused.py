"""What NUMA nodes are refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   hw:numa_nodes=0
       numa-nodes: hw:numa_nodes is '0'; allowed is a number from 1 to 64.
2025   hw:numa_nodes=65
       numa-nodes: hw:numa_nodes is '65'; allowed is a number from 1 to 64.
2025   hw_numa_nodes=two
       numa-nodes: hw_numa_nodes is 'two'; allowed is a number from 1 to 64.
2025   hw:numa_nodes=-1
       numa-nodes: hw:numa_nodes is '-1'; allowed is a number from 1 to 64.
2025   hw:numa_nodes=2 hw_numa_nodes=4
       property-conflict: The flavor says hw:numa_nodes=2, but the image says hw_numa_nodes=4.
       Remove one of the two, or let them agree.
2025   hw:numa_nodes=3
       numa-asymmetric: 4 processors do not divide into 3 NUMA nodes of one size. Give each node as
       many processors and as much memory as the others.
2025   hw:numa_nodes=8
       numa-asymmetric: 4 processors do not divide into 8 NUMA nodes of one size. Give each node as
       many processors and as much memory as the others.
2025   hw:numa_cpus.0=0-3
       numa-incomplete: hw:numa_cpus.0 needs hw:numa_nodes, which says how many nodes there are.
2025   hw_numa_mem.0=4096
       numa-incomplete: hw_numa_mem.0 needs hw:numa_nodes, which says how many nodes there are.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0-1 hw:numa_mem.0=2048
       numa-incomplete: hw:numa_cpus.1 is missing: name the processors and the memory of all nodes,
       or of none.
2025   hw:numa_nodes=1 hw:numa_cpus.0=0-3
       numa-incomplete: hw:numa_mem.0 is missing: name the processors and the memory of all nodes,
       or of none.
2025   hw_numa_nodes=1 hw_numa_mem.0=4096
       numa-incomplete: hw:numa_cpus.0 is missing: name the processors and the memory of all nodes,
       or of none.
2025   hw:numa_nodes=1 hw:numa_cpus.1=0-3 hw:numa_mem.1=4096
       numa-incomplete: hw:numa_cpus.1 is about a node that is not there; there are 1.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0,1,2 hw:numa_cpus.1=3 hw:numa_mem.0=2048 hw:numa_mem.1=2048
       numa-asymmetric: The NUMA nodes have 3, 1 processors; Hyper-V has nodes of one size only.
       Give each node as many processors and as much memory as the others.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0,1 hw:numa_cpus.1=2,3 hw:numa_mem.0=1024 hw:numa_mem.1=3072
       numa-asymmetric: The NUMA nodes have 1024, 3072 MiB of memory; Hyper-V has nodes of one size
       only. Give each node as many processors and as much memory as the others.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0,1 hw:numa_cpus.1=1,2 hw:numa_mem.0=2048 hw:numa_mem.1=2048
       numa-cpus: Processors 1 are in two NUMA nodes.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0 hw:numa_cpus.1=1 hw:numa_mem.0=2048 hw:numa_mem.1=2048
       numa-cpus: Processors 2, 3 are in no NUMA node.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0-1 hw:numa_cpus.1=4-5 hw:numa_mem.0=2048 hw:numa_mem.1=2048
       numa-cpus: NUMA nodes name processors 4, 5; the machine has 0 to 3.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0-1 hw:numa_cpus.1=2-3 hw:numa_mem.0=1024 hw:numa_mem.1=1024
       numa-memory: The NUMA nodes have 2048 MiB together; the machine has 4096 MiB.
2025   hw:numa_nodes=1 hw:numa_cpus.0=3-0 hw:numa_mem.0=4096
       numa-cpus: '3-0' in hw:numa_cpus.0 ends before it begins. Write it as 0-3,^2,6.
2025   hw:numa_nodes=1 hw:numa_cpus.0=all hw:numa_mem.0=4096
       numa-cpus: 'all' in hw:numa_cpus.0 is no processor, nor a range such as 0-3. Write it as
       0-3,^2,6.
2025   hw:numa_nodes=1 hw:numa_cpus.0=^1 hw:numa_mem.0=4096
       numa-cpus: hw:numa_cpus.0 is '^1', which names no processor. Write it as 0-3,^2,6.
2025   hw:numa_nodes=1 hw:numa_cpus.0=0-3 hw:numa_mem.0=4G
       numa-memory: hw:numa_mem.0 is '4G'; allowed is a number from 1 to 2147483647.
2025   hw:numa_nodes=2 hw:numa_cpus.0=0-1 hw_numa_cpus.0=2-3
       property-conflict: The flavor says hw:numa_cpus.0=0-1, but the image says hw_numa_cpus.0=2-3.
       Remove one of the two, or let them agree.
"""


@shows("E4")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
