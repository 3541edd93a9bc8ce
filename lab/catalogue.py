"""The services' accounts, and where each service is, as Keystone tells those who ask."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from openstack.connection import Connection

from lab.ports import Listener
from lab.services.sections import REGION
from lab.settings import Account, Lab

_ROLES = ("admin", "service")
_INTERFACES = ("public", "internal", "admin")


@frozen
class _Service:
    account: Account
    kind: str
    listener: Listener
    path: str = ""


_SERVICES = (
    _Service(Account.GLANCE, "image", Listener.GLANCE),
    _Service(Account.PLACEMENT, "placement", Listener.PLACEMENT),
    _Service(Account.NOVA, "compute", Listener.NOVA, "/v2.1"),
    _Service(Account.NEUTRON, "network", Listener.NEUTRON),
)


def have_catalogue(lab: Lab, cloud: Connection) -> None:
    """Have every service's account and endpoints; what is there stays."""
    identity = cloud.identity
    project = next(identity.projects(name="service"), None)
    project = project or identity.create_project(name="service", domain_id="default")
    roles = {role.name: role for role in identity.roles()}
    missing = [name for name in _ROLES if name not in roles]
    roles |= {name: identity.create_role(name=name) for name in missing}
    for service in _SERVICES:
        user = next(identity.users(name=service.account.value), None)
        user = user or identity.create_user(
            name=service.account.value,
            password=lab.password(service.account),
            domain_id="default",
            default_project_id=project.id,
        )
        for role in _ROLES:
            identity.assign_project_role_to_user(project, user, roles[role])
        _have_endpoints(lab, cloud, service)


def _have_endpoints(lab: Lab, cloud: Connection, service: _Service) -> None:
    identity = cloud.identity
    entry = next(identity.services(type=service.kind), None)
    entry = entry or identity.create_service(name=service.account.value, type=service.kind)
    for interface in _missing_interfaces(cloud, entry.id):
        url = lab.url(service.listener, service.path)
        identity.create_endpoint(service_id=entry.id, interface=interface, url=url, region_id=REGION)


def _missing_interfaces(cloud: Connection, service_id: str) -> Iterator[str]:
    there = {endpoint.interface for endpoint in cloud.identity.endpoints(service_id=service_id)}
    yield from (interface for interface in _INTERFACES if interface not in there)
