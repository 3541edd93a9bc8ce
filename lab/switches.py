"""The virtual switch that a host needs for its instances, as its administrator would make it."""

from __future__ import annotations

from openhyperv.hyperv.host import Host
from openhyperv.machine.switch import SwitchSpec
from openhyperv.transport.target import Target


def have_switch(target: Target, name: str) -> bool:
    """Have an external switch of that name, on the host's first adapter; false if it was there."""
    with Host.connect(target) as host:
        if any(switch.name == name for switch in host.switches.list()):
            return False
        first, *_ = host.switches.cards()
        host.switches.create(SwitchSpec(name=name, adapters=(first.name,)))
    return True
