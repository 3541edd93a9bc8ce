"""hv exporter, read as Prometheus reads it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families

from tests.capabilities import shows
from tests.cli.conftest import PROGRAMS


@contextmanager
def exporting(environment, *options: str) -> Iterator[str]:
    """A running exporter; its address."""
    command = [PROGRAMS / "hv", "exporter", "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.readline()
        assert said.startswith("Exporting "), said + process.stderr.read()
        try:
            yield said.split()[-1].removesuffix("/.")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0


def samples(url: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels' values."""
    answer = urllib3.request("GET", url, timeout=60)
    assert answer.status == 200, answer.data
    text = answer.data.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def probe(hv, simulator) -> Iterator[str]:
    """The address of the simulator's metrics."""
    with exporting(hv.environment) as address:
        yield f"{address}/probe?target={simulator.settings['OPENHYPERV_HOST']}"


@shows("X7")
@shows("M1", "L4")
def test_a_host_and_its_machines_in_ten_requests(probe, hv, simulator):
    samples(probe)  # the first one logs in and subscribes to nothing
    before = sum(simulator.requests().values())
    found = samples(probe)
    assert sum(simulator.requests().values()) - before == 10
    names = [machine["name"] for machine in hv.json("vm", "list")]
    assert {key[1] for key in found if key[0] == "hyperv_vm_processors"} == set(names)
    assert found["windows_hyperv_virtual_machine_health_total_count", "ok"] == len(names)
    assert found["hyperv_vm_state", "off", names[0]] == 1
    assert found["hyperv_vm_state", "running", names[0]] == 0
    stats = hv.json("host", "stats")
    assert found["windows_memory_physical_total_bytes",] == stats["memory_mb"] * 1024**2
    assert found["windows_logical_disk_size_bytes", "C:"] == stats["drives"][0]["size_bytes"]
    assert found["hyperv_probe_success",] == 1


def test_a_host_that_does_not_answer_is_told_by_the_kind_of_failure(hv):
    dead = hv.environment | {"OPENHYPERV_PORT": "1"}
    with exporting(dead) as address:
        found = samples(f"{address}/probe?target={dead['OPENHYPERV_HOST']}")
    assert found["hyperv_probe_success",] == 0
    assert [key[1] for key in found if key[0] == "hyperv_probe_failure"] == ["UnreachableError"]
    assert not [key for key in found if key[0].startswith("windows_")]


def test_profiles_are_targets_and_the_front_page_lists_them(hv, simulator, tmp_path):
    settings = simulator.settings
    (tmp_path / "secret").write_text(settings["OPENHYPERV_PASSWORD"])
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "openhyperv").mkdir()
    (tmp_path / "openhyperv" / "hv.toml").write_text(
        "\n".join(
            f"[profiles.{name}]\n"
            f'host = "{settings["OPENHYPERV_HOST"]}"\nport = {settings["OPENHYPERV_PORT"]}\n'
            f'username = "{settings["OPENHYPERV_USERNAME"]}"\npassword_file = "{tmp_path / "secret"}"'
            for name in ("one", "two")
        )
    )
    with exporting(hv.environment) as address:
        assert b"target=one" in urllib3.request("GET", f"{address}/", timeout=60).data
        for name in ("one", "two"):
            assert samples(f"{address}/probe?target={name}")["hyperv_probe_success",] == 1
        assert "python_info" in {key[0] for key in samples(f"{address}/metrics")}


@pytest.mark.parametrize(
    ("path", "code"),
    [("/probe", 400), ("/probe?target=nobody", 404), ("/other", 404)],
)
def test_wrong_requests_are_refused(hv, path, code):
    with exporting(hv.environment) as address:
        assert urllib3.request("GET", f"{address}{path}", timeout=60).status == code


def test_nothing_is_posted(hv):
    with exporting(hv.environment) as address:
        assert urllib3.request("POST", f"{address}/metrics", body=b"x", timeout=60).status == 405


def test_an_address_that_is_taken_is_told(hv):
    with exporting(hv.environment) as address:
        done = hv("exporter", "--listen", address.removeprefix("http://"))
    assert done.returncode == 50
    assert "Address already in use" in done.stderr


@shows("L1", "L4")
def test_metered_machines_are_told_by_disk(hv, probe):
    hv.ok("vm", "create", "metered", "--disk", "1G")
    hv.ok("vm", "meter", "metered")
    found = samples(probe)
    assert found["hyperv_vm_memory_average_bytes", "metered"] == 0
    assert [key for key in found if key[0] == "windows_hyperv_virtual_storage_device_bytes_read"]
    hv.ok("vm", "delete", "metered", "--yes")
