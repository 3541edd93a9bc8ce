"""hv host."""

import yaml


def test_check_passes_on_a_healthy_host(hv):
    findings = hv.json("host", "check")
    assert [finding["check"] for finding in findings] == [
        "port",
        "authentication",
        "version",
        "clock",
        "namespace",
        "rights",
        "files",
        "disk space",
    ]
    assert {finding["status"] for finding in findings} == {"ok"}


def test_check_says_what_fails_why_and_what_cannot_be_known(hv):
    done = hv.with_settings(OPENHYPERV_PASSWORD="wrong")("host", "check")
    assert done.returncode == 3
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.split()[0].isalpha()}
    assert "ok" in lines["port"]
    assert "failed" in lines["authentication"]
    assert "skipped" in lines["rights"]
    assert "failed" in lines["files"]


def test_check_tells_a_wrong_port_with_its_remedy(hv):
    done = hv("host", "check", "--port", "1")
    assert done.returncode == 3
    assert "winrm quickconfig" in done.stdout


def test_show_in_each_form(hv):
    assert "Windows Server 2025" in hv.ok("host", "show")
    facts = hv.json("host", "show")
    assert facts["name"] == "HVSIM"
    assert facts["version"] == "10.0.26100"
    assert abs(facts["clock_ahead_s"]) < 60
    assert yaml.safe_load(hv.ok("host", "show", "-f", "yaml"))["name"] == "HVSIM"


def test_a_wrong_password_is_told_with_host_operation_and_remedy_and_no_traceback(hv):
    done = hv.with_settings(OPENHYPERV_PASSWORD="wrong")("host", "show")
    assert done.returncode == 20
    assert done.stdout == ""
    for word in ("host", "127.0.0.1", "operation", "authenticate", "remedy"):
        assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_where_an_error_came_from(hv):
    assert "Traceback" in hv("--debug", "host", "show", "--port", "1").stderr


def test_stats_tell_what_there_is(hv):
    text = hv.ok("host", "stats")
    assert "C: " in text
    assert "0: " in text
    statistics = hv.json("host", "stats")
    processors = sum(socket["logical_processors"] for socket in statistics["sockets"])
    assert processors == sum(node["logical_processors"] for node in statistics["numa_nodes"]) > 0
