"""How clients reach the lab: the file that the ``openstack`` command and openstacksdk read."""

from __future__ import annotations

import yaml
from openstack.config import OpenStackConfig
from openstack.connection import Connection

from lab.private_files import write_private
from lab.services.sections import REGION, identity_url
from lab.settings import Account, Lab

CLOUD = "openhyperv"


def write_clouds(lab: Lab) -> None:
    """Write the file, which holds the administrator's password."""
    authentication = {
        "auth_url": identity_url(lab),
        "username": "admin",
        "password": lab.password(Account.ADMIN),
        "project_name": "admin",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }
    cloud = {"auth": authentication, "region_name": REGION, "identity_api_version": "3"}
    write_private(lab.places.clouds, yaml.safe_dump({"clouds": {CLOUD: cloud}}))


def variables(lab: Lab) -> dict[str, str]:
    """What to set for the ``openstack`` command to find this lab."""
    return {"OS_CLIENT_CONFIG_FILE": str(lab.places.clouds), "OS_CLOUD": CLOUD}


def connect(lab: Lab) -> Connection:
    """The lab as its administrator sees it."""
    config = OpenStackConfig(config_files=[str(lab.places.clouds)], load_envvars=False)
    return Connection(config=config.get_one(cloud=CLOUD))
