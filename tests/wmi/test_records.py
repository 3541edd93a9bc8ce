"""Objects that callers create, change and delete, under keys that hold whatever a text can."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

import pytest

import openhyperv.wmi
from tests.emulated import emulated_host, target_of
from tests.wmi.making import failure_code

STANDARD = "root/StandardCimv2"
ALREADY_EXISTS = -2147217383
NOT_FOUND = -2147217406
DOMAINS = ("plain", "a,b", 'say "x"', "it's", "a\\b", "\\\\server\\share", 'a\\",b="c', "a.b:c=d{e}")


@pytest.fixture(scope="module")
def wmi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Windows Server 2016, which still has network virtualization of the first kind."""
    with emulated_host(tmp_path_factory.mktemp("host"), version="2016") as host:
        yield openhyperv.wmi.install(target_of(host))


@pytest.fixture(scope="module")
def routes(wmi: Any) -> Any:
    return wmi.WMI(STANDARD).MSFT_NetVirtualizationCustomerRouteSettingData


def new_route(routes: Any, domain: str) -> Any:
    return routes.new(
        RoutingDomainID=domain,
        VirtualSubnetID=5001,
        DestinationPrefix="192.0.2.0/24",
        NextHop=str(IPv4Address(0)),
        Metric=1,
    )


@pytest.mark.parametrize("domain", DOMAINS)
def test_an_object_lives_under_its_path_whatever_its_key_holds(wmi: Any, routes: Any, domain: str) -> None:
    route = new_route(routes, domain)
    route.put()
    assert route.path_().startswith(
        r"\\HV1\root\StandardCimv2:MSFT_NetVirtualizationCustomerRouteSettingData."
    )
    found = wmi.WMI(route.path_())
    assert (found.RoutingDomainID, found.Metric) == (domain, 1)
    assert routes(InstanceID=found.InstanceID) == routes(RoutingDomainID=domain) == [route]
    found.Metric = 7
    found.put()
    assert [each.Metric for each in routes(RoutingDomainID=domain)] == [7]
    found.Delete_()
    assert not routes(RoutingDomainID=domain)
    with pytest.raises(wmi.x_wmi) as gone:
        found.Delete_()
    assert failure_code(gone.value) == NOT_FOUND


def test_creating_what_exists_is_refused(wmi: Any, routes: Any) -> None:
    first = new_route(routes, "twice")
    assert first.Put_().Class == "MSFT_NetVirtualizationCustomerRouteSettingData"
    with pytest.raises(wmi.x_wmi) as refused:
        new_route(routes, "twice").Put_()
    assert failure_code(refused.value) == ALREADY_EXISTS
    first.Delete_()
