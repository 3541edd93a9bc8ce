"""The calls that make, change and destroy virtual switches; each takes any number of settings at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import setting
from openhyperv.hyperv.ports.finding import CABLE
from openhyperv.hyperv.switches.finding import find_switch, switch_path
from openhyperv.hyperv.switches.names import (
    SWITCH_SERVICE,
    SWITCH_SETTINGS,
    TEAM_SETTINGS,
    settings_id,
    settings_path,
)
from openhyperv.hyperv.switches.settings import team_settings
from openhyperv.hyperv.values import number, text
from openhyperv.machine.switch import LoadBalancing
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf


class SwitchCalls:
    """What can be asked of the host's switch service; errors name the switch."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name

    def define(self, switch: Instance, ports: Sequence[Instance]) -> str:
        """Make a switch with its ports; returns its GUID."""
        arguments = {"SystemSettings": self._text(switch), "ResourceSettings": self._texts(ports)}
        made = self._run("DefineSystem", arguments)["ResultingSystem"]
        path = made if isinstance(made, ObjectPath) else find_switch(self._session, self._name)
        return str(path.key("Name")).upper()

    def modify(self, guid: str, values: Mapping[str, Value]) -> None:
        """Change a switch's own settings: only those that are named."""
        settings = Instance(SWITCH_SETTINGS, {"InstanceID": settings_id(guid), **values})
        self._run("ModifySystemSettings", {"SystemSettings": self._text(settings)})

    def add_ports(self, guid: str, ports: Sequence[Instance]) -> None:
        """Give a switch more ports."""
        arguments: dict[str, Value] = {
            "AffectedConfiguration": settings_path(guid),
            "ResourceSettings": self._texts(ports),
        }
        self._run("AddResourceSettings", arguments)

    def modify_port(self, port: Instance) -> None:
        """Change a port, named by its InstanceID."""
        self._run("ModifyResourceSettings", {"ResourceSettings": self._texts([port])})

    def remove_ports(self, keys: Sequence[str]) -> None:
        """Remove ports with all that they are."""
        ports: list[ObjectPath] = [setting(CABLE, key) for key in keys]
        self._run("RemoveResourceSettings", {"ResourceSettings": ports})

    def balance(self, guid: str, balancing: LoadBalancing) -> None:
        """Have a team share the load like that; nothing is sent where it does."""
        present = self._team(guid)
        wanted = team_settings(balancing)
        if present is None:
            arguments: dict[str, Value] = {
                "AffectedConfiguration": settings_path(guid),
                "FeatureSettings": self._texts([wanted]),
            }
            self._run("AddFeatureSettings", arguments)
        elif number(present, "LoadBalancingAlgorithm") != balancing:
            changed = wanted.with_values({"InstanceID": text(present, "InstanceID")})
            self._run("ModifyFeatureSettings", {"FeatureSettings": self._texts([changed])})

    def is_balanced(self, guid: str, balancing: LoadBalancing) -> bool:
        """True where a team shares the load like that."""
        present = self._team(guid)
        return present is not None and number(present, "LoadBalancingAlgorithm") == balancing

    def _team(self, guid: str) -> Instance | None:
        query = AssociatorsOf(
            settings_path(guid), association_class="Msvm_VirtualEthernetSwitchSettingDataComponent"
        )
        features = self._session.query(query)
        return next((each for each in features if each.class_name == TEAM_SETTINGS), None)

    def destroy(self, guid: str) -> None:
        """Destroy a switch with its ports."""
        self._run("DestroySystem", {"AffectedSystem": switch_path(guid)})

    def _run(self, method: str, arguments: Mapping[str, Value]) -> Output:
        return self._session.run(SWITCH_SERVICE, method, arguments, target=self._name)

    def _text(self, settings: Instance) -> str:
        return instance_to_text(settings, self._session.schema)

    def _texts(self, settings: Sequence[Instance]) -> list[str]:
        return [self._text(each) for each in settings]
