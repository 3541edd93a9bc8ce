"""RemoteFX: a display that shares the host's GPU, on the releases that have it."""

from __future__ import annotations

from openhyperv.errors import UnsupportedError
from openhyperv.machine.graphics import RemoteFx, Resolution
from openhyperv.machine.host_version import WINDOWS_2012_R2, WINDOWS_2016, WINDOWS_2019, HostVersion
from openhyperv.machine.properties import Flavor
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.reading import whole_number
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

RESOLUTION = "os:resolution"
MONITORS = "os:monitors"
VRAM = "os:vram"

VRAM_SIZES = ("64", "128", "256", "512", "1024")
"""In MiB."""
RESOLUTIONS = tuple(resolution.label for resolution in Resolution)
_R = Resolution
_MONITORS_2012_R2 = {_R.R1024X768: 4, _R.R1280X1024: 4, _R.R1600X1200: 3, _R.R1920X1200: 2, _R.R2560X1600: 1}
_MONITORS_2016 = {
    _R.R1024X768: 8,
    _R.R1280X1024: 8,
    _R.R1600X1200: 4,
    _R.R1920X1200: 4,
    _R.R2560X1600: 2,
    _R.R3840X2160: 1,
}
MONITOR_COUNTS = range(1, max(_MONITORS_2016.values()) + 1)


def remotefx_of(request: MachineRequest, generation: Generation) -> RemoteFx | None:
    """The display that ``os:resolution``, ``os:monitors`` and ``os:vram`` ask for, or None for the plain one.

    :raises BrokenRuleError: a resolution, number of monitors or size of video memory that there is not
    :raises UnsupportedError: the host does not have RemoteFX, or not for that
    """
    flavor = request.flavor
    subject = next((name for name in (RESOLUTION, MONITORS, VRAM) if flavor.get(name) is not None), None)
    if subject is None:
        return None
    _check_release(subject, request.host)
    resolution = _resolution(_given_resolution(flavor, subject), request.host)
    monitors = _monitors(flavor.get(MONITORS) or "1", resolution, request.host)
    vram_mb = _vram(flavor.get(VRAM), request.host)
    _check_generation(subject, generation, request.host)
    if not request.traits.has_remotefx:
        raise UnsupportedError(
            "The host has no RemoteFX: its role Remote Desktop Virtualization Host is not installed.",
            target=subject,
            remedy="Install the role (Install-WindowsFeature RDS-Virtualization), or use another host.",
        )
    return RemoteFx(resolution, monitors, vram_mb)


def check_display(display: RemoteFx, generation: Generation, host: HostVersion) -> None:
    """Refuse a display that the host's release does not make for machines of that generation.

    :raises BrokenRuleError, UnsupportedError: as :func:`remotefx_of`, for the same reasons
    """
    _check_release(RESOLUTION, host)
    _monitors(str(display.monitors), _resolution(display.resolution.label, host), host)
    _vram(None if display.vram_mb is None else str(display.vram_mb), host)
    _check_generation(RESOLUTION, generation, host)


def _check_release(subject: str, host: HostVersion) -> None:
    """Microsoft, "Features removed or no longer developed": RemoteFX vGPU cannot be added since 2019."""
    if host >= WINDOWS_2019:
        raise UnsupportedError(
            f"Microsoft removed RemoteFX from Windows Server 2019 and newer; this host is {host}.",
            target=subject,
            remedy="Remove os:resolution, os:monitors and os:vram; GPU partitioning replaces them on Windows "
            "Server 2025 (resources:VGPU=1), a GPU of its own elsewhere (pci_passthrough:alias).",
        )
    check_release("RemoteFX", WINDOWS_2012_R2, host, subject)


def _monitors_by_resolution(host: HostVersion) -> dict[Resolution, int]:
    return _MONITORS_2012_R2 if host < WINDOWS_2016 else _MONITORS_2016


def _given_resolution(flavor: Flavor, subject: str) -> str:
    value = flavor.get(RESOLUTION)
    if value is None:
        raise BrokenRuleError(Rule.REMOTEFX, RESOLUTION, f"{subject} needs {RESOLUTION} beside it.")
    return value


def _resolution(value: str, host: HostVersion) -> Resolution:
    labels = {resolution.label: resolution for resolution in _monitors_by_resolution(host)}
    return labels[one_of(Rule.REMOTEFX, RESOLUTION, value, tuple(labels))]


def _monitors(value: str, resolution: Resolution, host: HostVersion) -> int:
    most = _monitors_by_resolution(host)[resolution]
    return whole_number(Rule.REMOTEFX, MONITORS, value, range(1, most + 1))


def _vram(value: str | None, host: HostVersion) -> int | None:
    if value is None:
        return None
    check_release("A size of RemoteFX's video memory", WINDOWS_2016, host, VRAM)
    return int(one_of(Rule.REMOTEFX, VRAM, value, VRAM_SIZES))


def _check_generation(subject: str, generation: Generation, host: HostVersion) -> None:
    if generation is Generation.TWO:
        remedy = "Use generation 1 (hw_machine_type=hyperv-gen1), or a newer host."
        check_release("RemoteFX in generation 2", WINDOWS_2016, host, subject, remedy)
