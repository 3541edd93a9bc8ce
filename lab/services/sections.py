"""Sections that the configuration files of several services share."""

from __future__ import annotations

from lab.ini import Section, Sections
from lab.ports import ADDRESS, Listener
from lab.settings import Account, Lab

REGION = "RegionOne"


def identity_url(lab: Lab) -> str:
    """Keystone, version 3."""
    return lab.url(Listener.KEYSTONE, "/v3")


def memcached_server(lab: Lab) -> str:
    """The cache's address."""
    return f"{ADDRESS}:{lab.port(Listener.MEMCACHED)}"


def service_account(lab: Lab, account: Account) -> Section:
    """What a service needs to be somebody at Keystone."""
    return {
        "auth_type": "password",
        "auth_url": identity_url(lab),
        "username": account,
        "password": lab.password(account),
        "project_name": "service",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
        "region_name": REGION,
    }


def checking_tokens(lab: Lab, account: Account) -> Sections:
    """What a web service needs to check the tokens of those who call it."""
    return {
        "keystone_authtoken": dict(service_account(lab, account))
        | {
            "www_authenticate_uri": identity_url(lab),
            "memcached_servers": memcached_server(lab),
            "service_token_roles": "service",
            "service_token_roles_required": True,
        }
    }


def cache(lab: Lab) -> Sections:
    """A cache that processes share."""
    return {
        "cache": {
            "enabled": True,
            "backend": "dogpile.cache.memcached",
            "memcache_servers": memcached_server(lab),
        }
    }
