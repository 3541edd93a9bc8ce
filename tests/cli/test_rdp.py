"""hv vm rdp."""

from __future__ import annotations

from tests.capabilities import shows


@shows("G5")
def test_an_rdp_client_is_told_where_to_go(hv):
    machine = hv.json("vm", "list")[0]
    desktop = hv.json("vm", "rdp", machine["name"])
    assert desktop == {"address": "127.0.0.1", "port": 2179, "guid": machine["guid"]}
    assert f"xfreerdp /vmconnect:{machine['guid']} /v:127.0.0.1:2179" in hv.ok("vm", "rdp", machine["name"])
