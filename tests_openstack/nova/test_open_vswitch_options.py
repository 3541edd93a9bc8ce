"""What an operator may say about a host's Open vSwitch, and what is refused before the service starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from oslo_config import cfg

from openhyperv.errors import InvalidInputError
from openhyperv.nova import options
from openhyperv.nova.open_vswitch.settings import OvsSettings, ovs_settings_of
from tests_openstack.nova.ovs_certificates import Authority

Settings: TypeAlias = Callable[..., OvsSettings | None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """What is made of options in the group [openhyperv] of a file."""

    def read(**given: object) -> OvsSettings | None:
        file = tmp_path / "nova.conf"
        file.write_text("\n".join(["[openhyperv]", *(f"{name} = {value}" for name, value in given.items())]))
        conf = cfg.ConfigOpts()
        options.register(conf)
        conf([], default_config_files=[str(file)])
        return ovs_settings_of(conf)

    return read


def test_a_host_has_none_unless_it_is_said(settings: Settings) -> None:
    assert settings() is None


def test_tcp_needs_no_certificates(settings: Settings) -> None:
    found = settings(ovs_switch="External", ovsdb_connection="tcp:[2001:db8::1]:6640")
    assert found == OvsSettings("External", "tcp:[2001:db8::1]:6640", timeout_s=10.0)


@pytest.mark.parametrize("given", [{"ovs_switch": "External"}, {"ovsdb_connection": "tcp:192.0.2.11:6640"}])
def test_one_of_both_is_not_enough(settings: Settings, given: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="both ovs_switch and ovsdb_connection"):
        settings(**given)


@pytest.mark.parametrize(
    "connection", ["192.0.2.11:6640", "tcp:192.0.2.11", "ptcp:6640:0.0.0.0", "unix:/run/db.sock"]
)
def test_a_connection_is_one_over_the_network(settings: Settings, connection: str) -> None:
    with pytest.raises(InvalidInputError, match="ssl:ADDRESS:PORT"):
        settings(ovs_switch="External", ovsdb_connection=connection)


def test_tls_needs_both_sides_certificates(settings: Settings, tmp_path: Path) -> None:
    pem = Authority(tmp_path / "ca").issue("nova")
    with pytest.raises(InvalidInputError, match="a certificate on both sides"):
        settings(ovs_switch="External", ovsdb_connection="ssl:hv1:6640", ovsdb_ca_file=str(pem.ca))


def test_a_key_of_another_certificate_is_refused(settings: Settings, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    pem, other = authority.issue("nova"), authority.issue("other")
    with pytest.raises(InvalidInputError, match="cannot be used"):
        settings(
            ovs_switch="External",
            ovsdb_connection="ssl:hv1:6640",
            ovsdb_ca_file=str(pem.ca),
            ovsdb_certificate_file=str(pem.certificate),
            ovsdb_private_key_file=str(other.key),
        )
