"""hv vm create --nic: everything that can be said of an adapter, in one word."""

import pytest


@pytest.fixture
def created(hv):
    def create(*arguments):
        guid = hv.json("vm", "create", "with-adapters", "--disk", "64M", *arguments)["guid"]
        made.append(guid)
        return guid

    made = []
    yield create
    for guid in made:
        hv.ok("vm", "delete", guid, "--yes")


def test_an_adapter_that_is_not_connected(hv, created):
    machine = created("--nic", "none,mac=00:15:5D:00:00:01", "--nic", "none,naming")
    adapters = hv.ok("vm", "nic", "list", machine).splitlines()[1:]
    assert [line.split()[0] for line in adapters] == ["nic1", "nic2"]
    assert "00155D000001" in adapters[0].replace("-", "").replace(":", "")


@pytest.mark.parametrize(
    "word",
    ["lab,vlan", "lab,vlan=x", "lab,speed=1", "lab,spoofing=no", "lab,at-most=fast", "lab,naming,naming"],
)
def test_words_that_are_none(hv, word):
    done = hv("vm", "create", "refused", "--nic", word)
    assert done.returncode == 2
    assert f"'{word}'" in done.stderr


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("none,spoofing", "MAC spoofing needs a switch that the adapter is connected to."),
        ("lab,vlan=4095", "VLAN 4095 is not one of 1 to 4094."),
        ("lab,at-most=20,at-least=30", "bandwidth"),
        ("none,boot=0", "Generation 1 does not boot from a synthetic network adapter."),
    ],
)
def test_the_rules_of_adapters_hold(hv, word, said):
    done = hv("vm", "create", "refused", "--nic", word)
    assert done.returncode == 51
    assert said in done.stderr
