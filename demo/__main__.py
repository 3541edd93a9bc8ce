"""Create, boot and manage a Secure Boot machine from its image properties, and see what is refused."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from rich.console import Console

from demo.emulated import running_host
from demo.serial_log import SerialLog
from demo.steps import Steps
from openhyperv.emulator.debian_guest.boot_files import default_cache, fetch
from openhyperv.emulator.debian_guest.guests import build_all
from openhyperv.errors import HyperVError, MachineRuleError
from openhyperv.files.image_cache import CachedImage, cache_image
from openhyperv.files.images.inspection import inspect_image
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import DiskFormat, FromImage
from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, MachineRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.transport.target import Target

PROPERTIES = {"hw_machine_type": "hyperv-gen2", "os_secure_boot": "required", "os_type": "linux"}
BUILD = Path("build")
OUT = BUILD / "demo"
BOOT_TIMEOUT_S = 300.0
GIB = 1 << 30
GREETING = "typed over WS-Management"
GUEST_UP, REFUSED = "GUEST-UP", "bad shim signature"


def specification(name: str, image: CachedImage, version: HostVersion) -> MachineSpec:
    """The machine that the image properties ask for, booting from a pushed image."""
    root = FromImage(str(image.path), DiskFormat(image.info.format), image.info.virtual_size_bytes)
    return design_machine(
        MachineRequest(
            name=name,
            identity=uuid4(),
            flavor=Flavor(vcpus=1, memory_mb=512),
            host=version,
            image=ImageProperties(PROPERTIES),
            disks=(DiskRequest("root", root, boot_index=0),),
        )
    )


class Demo:
    """The story, step by step."""

    def __init__(self, host: Host, steps: Steps, guests: Path) -> None:
        self._host = host
        self._steps = steps
        self._guests = guests

    def run(self) -> None:
        """Everything, in order."""
        with self._steps.step("Ask the host what it is") as outcome:
            facts = self._host.facts()
            outcome.append(f"{facts.name}: {facts.product}, version {facts.version}")
        image = self._push("gen2")
        self._refuse_vhd(facts.version)
        machine = self._create(specification("demo", image, facts.version))
        self._live(machine)
        with self._steps.step("Delete it with everything it owned") as outcome:
            machine.delete()
            outcome.append(f"{len(list(self._host.machines()))} machines left")
        self._refuse_tampered(facts.version)

    def _push(self, name: str) -> CachedImage:
        with self._steps.step(f"Inspect the image {name}.vhdx and push it over SMB") as outcome:
            image = cache_image(self._host.share, self._guests / f"{name}.vhdx", self._host.layout.images)
            outcome.append(f"{image.sent_bytes / 1e6:.1f} MB to {image.path}")
        return image

    def _refuse_vhd(self, version: HostVersion) -> None:
        info = inspect_image(self._guests / "gen2.vhd", declared="vhd")
        image = FromImage("C:\\OpenHyperV\\images\\gen2.vhd", DiskFormat.VHD, info.virtual_size_bytes)
        with self._steps.step("Ask for generation 2 with a VHD") as outcome:
            try:
                design_machine(
                    MachineRequest(
                        "vhd",
                        uuid4(),
                        Flavor(vcpus=1, memory_mb=512),
                        version,
                        ImageProperties(PROPERTIES),
                        (DiskRequest("root", image, boot_index=0),),
                    )
                )
            except MachineRuleError as error:
                outcome.append(f"refused before anything was touched: {error}")
            else:
                raise SystemExit("A VHD was accepted for generation 2.")

    def _create(self, spec: MachineSpec) -> VirtualMachine:
        words = " ".join(f"{key}={value}" for key, value in PROPERTIES.items())
        with self._steps.step(f"Create a machine from {words}") as outcome:
            machine = self._host.create(spec)
            outcome.append(f"{spec.name} is {machine.guid}")
        return machine

    def _live(self, machine: VirtualMachine) -> None:
        """Everything that is done while its serial console is open."""
        with ExitStack() as console:
            serial = self._boot(machine, console)
            self._look(machine)
            self._checkpoint(machine)
            self._grow(machine, serial)
            self._shut_down(machine)

    def _boot(self, machine: VirtualMachine, console: ExitStack) -> SerialLog:
        with self._steps.step("Boot it, and read its serial console") as outcome:
            machine.start()
            serial = console.enter_context(SerialLog(machine.serial.open(), OUT / "serial.log"))
            line = serial.wait_for(GUEST_UP, timeout_s=BOOT_TIMEOUT_S)
            outcome.append(f"the guest says: {line}")
            if "secureboot=1" not in line:
                raise SystemExit("The guest did not boot with Secure Boot.")
        return serial

    def _look(self, machine: VirtualMachine) -> None:
        with self._steps.step("Type on its keyboard, and take a picture of its screen") as outcome:
            machine.type_text(GREETING)
            picture = machine.screenshot_png()
            (OUT / "screen.png").write_bytes(picture)
            outcome.append(f"{len(picture)} bytes of PNG in {OUT / 'screen.png'}")

    def _checkpoint(self, machine: VirtualMachine) -> None:
        with self._steps.step("Take a checkpoint of the running machine, and delete it again") as outcome:
            checkpoint = machine.checkpoints.take("before the change")
            (leaf,) = machine.disk_files()
            machine.checkpoints.delete(checkpoint)
            outcome.append(f"meanwhile its disk was {leaf.rpartition(chr(92))[2]}")

    def _grow(self, machine: VirtualMachine, serial: SerialLog) -> None:
        with self._steps.step("Make its disk larger while it runs") as outcome:
            (disk,) = machine.disks.list()
            machine.disks.grow(disk.slot, 2 * GIB)
            start = serial.length
            serial.send("report\n")
            line = serial.wait_for(GUEST_UP, timeout_s=60, start=start)
            disks = next(word for word in line.split() if word.startswith("disks_mib="))
            outcome.append(f"the guest says: {disks}")
            if not disks.endswith(":2048"):
                raise SystemExit("The guest does not see the new size.")

    def _shut_down(self, machine: VirtualMachine) -> None:
        with self._steps.step("Shut it down cleanly") as outcome:
            machine.shut_down()
            outcome.append(f"it is {machine.state().label}")

    def _refuse_tampered(self, version: HostVersion) -> None:
        image = self._push("gen2-tampered")
        with self._steps.step("Boot the same image with one bit of its kernel changed") as outcome:
            machine = self._host.create(specification("tampered", image, version))
            machine.start()
            with SerialLog(machine.serial.open(), OUT / "serial-tampered.log") as serial:
                line = serial.wait_for(REFUSED, GUEST_UP, timeout_s=BOOT_TIMEOUT_S)
            if REFUSED not in line:
                raise SystemExit(f"A tampered kernel was booted: {line}")
            outcome.append(f"the firmware's chain of trust refuses it: {line}")
            if machine.state() is not MachineState.OFF:
                machine.turn_off()
            machine.delete()


def main() -> None:
    """Run the demo; what it leaves is in ``build/demo``."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    steps = Steps(Console(width=None if sys.stdout.isatty() else 160))
    guests = BUILD / "guests"
    with steps.step("Build small Debian guests from signed shim, GRUB and kernel") as outcome:
        built = list(build_all(guests, fetch(default_cache()), ("gen2", "gen2-tampered")))
        outcome.append(f"{len(built)} disk files in {guests}")
    try:
        with ExitStack() as running:
            with steps.step("Start an emulated Windows Server 2025 host") as outcome:
                target = Target.from_environment(running.enter_context(running_host(OUT)))
                outcome.append(f"it answers at {target.address}")
            host = running.enter_context(Host.connect(target))
            steps.pool = host.session.pool
            Demo(host, steps, guests).run()
    except HyperVError as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
    finally:
        steps.write(OUT / "report.json")
        steps.console.print(steps.table())


if __name__ == "__main__":
    main()
