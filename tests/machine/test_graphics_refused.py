"""What of the host's GPUs is refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2016   os:resolution=800x600
       remotefx: os:resolution is '800x600'; allowed are 1024x768, 1280x1024, 1600x1200, 1920x1200,
       2560x1600, 3840x2160.
2016   os:resolution=1024X768
       remotefx: os:resolution is '1024X768'; allowed are 1024x768, 1280x1024, 1600x1200, 1920x1200,
       2560x1600, 3840x2160.
2012R2 os:resolution=3840x2160
       remotefx: os:resolution is '3840x2160'; allowed are 1024x768, 1280x1024, 1600x1200,
       1920x1200, 2560x1600.
2016   os:monitors=2
       remotefx: os:monitors needs os:resolution beside it.
2016   os:vram=256
       remotefx: os:vram needs os:resolution beside it.
2012R2 os:resolution=1024x768 os:monitors=5
       remotefx: os:monitors is '5'; allowed is a number from 1 to 4.
2012R2 os:resolution=1280x1024 os:monitors=5
       remotefx: os:monitors is '5'; allowed is a number from 1 to 4.
2012R2 os:resolution=1600x1200 os:monitors=4
       remotefx: os:monitors is '4'; allowed is a number from 1 to 3.
2012R2 os:resolution=1920x1200 os:monitors=3
       remotefx: os:monitors is '3'; allowed is a number from 1 to 2.
2012R2 os:resolution=2560x1600 os:monitors=2
       remotefx: os:monitors is '2'; allowed is 1 only.
2016   os:resolution=1024x768 os:monitors=9
       remotefx: os:monitors is '9'; allowed is a number from 1 to 8.
2016   os:resolution=1280x1024 os:monitors=9
       remotefx: os:monitors is '9'; allowed is a number from 1 to 8.
2016   os:resolution=1600x1200 os:monitors=5
       remotefx: os:monitors is '5'; allowed is a number from 1 to 4.
2016   os:resolution=1920x1200 os:monitors=5
       remotefx: os:monitors is '5'; allowed is a number from 1 to 4.
2016   os:resolution=2560x1600 os:monitors=3
       remotefx: os:monitors is '3'; allowed is a number from 1 to 2.
2016   os:resolution=3840x2160 os:monitors=2
       remotefx: os:monitors is '2'; allowed is 1 only.
2016   os:resolution=1024x768 os:monitors=0
       remotefx: os:monitors is '0'; allowed is a number from 1 to 8.
2016   os:resolution=1024x768 os:monitors=one
       remotefx: os:monitors is 'one'; allowed is a number from 1 to 8.
2016   os:resolution=1024x768 os:vram=100
       remotefx: os:vram is '100'; allowed are 64, 128, 256, 512, 1024.
2016   os:resolution=1024x768 os:vram=2048
       remotefx: os:vram is '2048'; allowed are 64, 128, 256, 512, 1024.
2012R2 os:resolution=1024x768 os:vram=256
       unsupported: A size of RemoteFX's video memory needs Windows Server 2016 (10.0) or newer;
       this host is 6.3.9600.
2012R2 gen2 os:resolution=1024x768
       unsupported: RemoteFX in generation 2 needs Windows Server 2016 (10.0) or newer; this host is
       6.3.9600. Use generation 1 (hw_machine_type=hyperv-gen1), or a newer host.
2012   os:resolution=1024x768
       unsupported: RemoteFX needs Windows Server 2012 R2 (6.3) or newer; this host is 6.2.9200.
2019   os:resolution=1024x768
       unsupported: Microsoft removed RemoteFX from Windows Server 2019 and newer; this host is
       10.0.17763. Remove os:resolution, os:monitors and os:vram; GPU partitioning replaces them on
       Windows Server 2025 (resources:VGPU=1), a GPU of its own elsewhere (pci_passthrough:alias).
2022   os:vram=256
       unsupported: Microsoft removed RemoteFX from Windows Server 2019 and newer; this host is
       10.0.20348. Remove os:resolution, os:monitors and os:vram; GPU partitioning replaces them on
       Windows Server 2025 (resources:VGPU=1), a GPU of its own elsewhere (pci_passthrough:alias).
2025   gen2 os:resolution=1024x768 os:monitors=1
       unsupported: Microsoft removed RemoteFX from Windows Server 2019 and newer; this host is
       10.0.26100. Remove os:resolution, os:monitors and os:vram; GPU partitioning replaces them on
       Windows Server 2025 (resources:VGPU=1), a GPU of its own elsewhere (pci_passthrough:alias).
2016   os:resolution=1024x768
       unsupported: The host has no RemoteFX: its role Remote Desktop Virtualization Host is not
       installed. Install the role (Install-WindowsFeature RDS-Virtualization), or use another host.
2025   resources:VGPU=many
       gpu-partition: resources:VGPU is 'many'; allowed is a number from 0 to 1.
2025   resources:VGPU=2
       gpu-partition: resources:VGPU is '2'; allowed is a number from 0 to 1.
2025   hyperv:gpu_vram_mb=1024
       gpu-partition: hyperv:gpu_vram_mb needs resources:VGPU=1 beside it.
2025   hyperv:gpu=GPU0
       gpu-partition: hyperv:gpu needs resources:VGPU=1 beside it.
2025   resources:VGPU=1
       unsupported: The host has no GPU that it can partition. Install the GPU's driver for
       partitioning (hv host gpu), or use another host.
2012R2 resources:VGPU=1
       unsupported: Partitions of GPUs need Windows Server 2025; this host is 6.3.9600. Use a newer
       host, or RemoteFX (os:resolution).
2016   resources:VGPU=1
       unsupported: Partitions of GPUs need Windows Server 2025; this host is 10.0.14393. Use a
       newer host, or RemoteFX (os:resolution).
2019   resources:VGPU=1
       unsupported: Partitions of GPUs need Windows Server 2025; this host is 10.0.17763. Use a
       newer host, or a GPU of its own (pci_passthrough:alias).
2022   gen2 resources:VGPU=1
       unsupported: Partitions of GPUs need Windows Server 2025; this host is 10.0.20348. Use a
       newer host, or a GPU of its own (pci_passthrough:alias).
2025   resources:PGPU=1
       unsupported: The flavor extra spec resources:PGPU=1 asks for something that is not available
       here. Remove the flavor extra spec, if the machine can do without it.
2025   resources1:VGPU=1
       unsupported: The flavor extra spec resources1:VGPU=1 asks for something that is not available
       here. Remove the flavor extra spec, if the machine can do without it.
"""


@shows("F5")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
