"""``openhyperv-status upgrade check`` against emulated hosts, as an operator runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.capabilities import shows
from tests.emulated import ACCOUNT, emulated_host

from openhyperv.emulator.emulated_host import EmulatedHost

SUCCESS, WARNING, FAILURE = 0, 1, 2
DRIVER = "[DEFAULT]\ncompute_driver = openhyperv.HyperVDriver\nhost = hv1\n"


def of_host(host: EmulatedHost, password_file: Path, **changes: str) -> str:
    """The group of options for a host."""
    environment = host.environment()
    options = {
        "address": environment["OPENHYPERV_HOST"],
        "port": environment["OPENHYPERV_PORT"],
        "smb_port": environment.get("OPENHYPERV_SMB_PORT", "445"),
        "username": ACCOUNT.name,
        "password_file": str(password_file),
        **changes,
    }
    return "\n".join(["[openhyperv]", *(f"{name} = {value}" for name, value in options.items()), ""])


def check(*arguments: str) -> tuple[int, dict[str, tuple[int, str]]]:
    """The exit code, and code and details of each check by name."""
    command = Path(sys.executable).with_name("openhyperv-status")
    done = subprocess.run(
        [command, *arguments, "upgrade", "check", "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ACCOUNT.password not in done.stdout + done.stderr
    assert done.returncode <= FAILURE, done.stdout
    checks = json.loads(done.stdout)["checks"]
    return done.returncode, {each["check"]: (each["result"], each["details"] or "") for each in checks}


def checked(folder: Path, text: str) -> tuple[int, dict[str, tuple[int, str]]]:
    file = folder / "nova.conf"
    file.write_text(text)
    return check("--config-file", str(file))


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(ACCOUNT.password)
    file.chmod(0o400)
    return file


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("hv1"), has_files=True) as host:
        yield host


def test_a_host_that_is_ready(tmp_path: Path, host: EmulatedHost, password_file: Path) -> None:
    code, found = checked(tmp_path, DRIVER + of_host(host, password_file))
    complaints = {name for name, (result, _) in found.items() if result != SUCCESS}
    assert (
        complaints
        == {"Host proves who it is", "Versions that images ask for", "Room where root is"} & complaints
    )
    assert code <= WARNING
    assert found["Account may use Hyper-V"] == (SUCCESS, "")


@shows("X10")
def test_a_host_that_is_not_there(tmp_path: Path, host: EmulatedHost, password_file: Path) -> None:
    code, found = checked(tmp_path, DRIVER + of_host(host, password_file, port="9"))
    assert code == FAILURE
    assert found["Host answers"][0] == FAILURE
    assert found["Host answers"][1].startswith("hv1: ")
    assert found["Account may use Hyper-V"][0] == WARNING
    assert "not checked" in found["Account may use Hyper-V"][1]


def test_an_account_that_is_not_accepted(tmp_path: Path, host: EmulatedHost) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("guessed")
    code, found = checked(tmp_path, DRIVER + of_host(host, wrong))
    assert (code, found["Host accepts the account"][0]) == (FAILURE, FAILURE)
    assert (found["Password is kept"][0], "mode 0400" in found["Password is kept"][1]) == (WARNING, True)


def test_no_host_at_all(tmp_path: Path) -> None:
    code, found = checked(tmp_path, DRIVER)
    assert code == FAILURE
    assert "No Hyper-V host is given" in found["Host answers"][1]


def test_a_password_that_cannot_be_read(tmp_path: Path, host: EmulatedHost) -> None:
    code, found = checked(tmp_path, DRIVER + of_host(host, tmp_path / "nowhere"))
    assert code == FAILURE
    assert found["Password is kept"][0] == FAILURE


def test_what_is_left_of_an_old_driver(tmp_path: Path, host: EmulatedHost, password_file: Path) -> None:
    old = (
        "[DEFAULT]\ncompute_driver = compute_hyperv.driver.HyperVDriver\n"
        "[hyperv]\ndynamic_memory_ratio = 2.0\nvswitch_name = external\n"
    )
    code, found = checked(tmp_path, old + of_host(host, password_file))
    assert code == FAILURE
    assert "openhyperv.HyperVDriver" in found["Driver"][1]
    assert found["Options of old drivers"][0] == WARNING
    assert "dynamic_memory_ratio: use [openhyperv]dynamic_memory_ratio." in found["Options of old drivers"][1]
    assert "vswitch_name: " in found["Options of old drivers"][1]


@pytest.mark.parametrize(
    ("authentication", "result"), [("negotiate", WARNING), ("ntlm", WARNING), ("kerberos", SUCCESS)]
)
def test_whether_the_host_proves_who_it_is(
    tmp_path: Path, host: EmulatedHost, password_file: Path, authentication: str, result: int
) -> None:
    _, found = checked(tmp_path, DRIVER + of_host(host, password_file, authentication=authentication))
    assert found["Host proves who it is"][0] == result


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, password_file: Path) -> None:
    with emulated_host(tmp_path / "hv1", is_tls=True) as host:
        _, found = checked(tmp_path, DRIVER + of_host(host, password_file, transport="https"))
        assert found["Host proves who it is"] == (SUCCESS, "")
        assert found["Host answers"][0] == FAILURE
        assert "certificate" in found["Host answers"][1]
        ca_file = host.environment()["OPENHYPERV_CA_FILE"]
        text = DRIVER + of_host(host, password_file, transport="https", ca_file=ca_file)
        assert checked(tmp_path, text)[1]["Host answers"] == (SUCCESS, "")


@shows("X10")
def test_every_host_of_a_fleet(tmp_path: Path, host: EmulatedHost, password_file: Path) -> None:
    nova, hosts = tmp_path / "nova.conf", tmp_path / "hosts.d"
    nova.write_text(DRIVER)
    hosts.mkdir()
    (hosts / "good.conf").write_text(of_host(host, password_file))
    (hosts / "bad.conf").write_text(of_host(host, password_file, port="9"))
    code, found = check("--config-file", str(nova), "--hosts-dir", str(hosts))
    assert code == FAILURE
    assert found["Host answers"][1].startswith("bad: ")
    assert "good: " not in found["Host answers"][1]


class Cloud(BaseHTTPRequestHandler):
    """As much of Keystone and Glance as a client needs to list images."""

    images: ClassVar[list[Mapping[str, Any]]] = []

    def do_GET(self) -> None:
        if self.path.startswith("/v2/images"):
            self._answer(200, {"images": self.images})
        else:
            self._answer(200, {"versions": [{"id": "v2.9", "status": "CURRENT", "links": self._links()}]})

    def do_POST(self) -> None:
        catalog = [{"type": "image", "name": "glance", "endpoints": [self._endpoint()]}]
        token = {"methods": ["password"], "expires_at": "2099-01-01T00:00:00.000000Z", "catalog": catalog}
        user = {"id": "u", "name": "nova", "domain": {"id": "d", "name": "Default"}}
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, {"token": {**token, "user": user, "issued_at": "2026-01-01T00:00:00.000000Z"}})

    def _endpoint(self) -> Mapping[str, str]:
        return {"interface": "public", "region_id": "r", "region": "r", "url": self._url(), "id": "e"}

    def _links(self) -> list[Mapping[str, str]]:
        return [{"rel": "self", "href": f"{self._url()}/v2/"}]

    def _url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def _answer(self, status: int, content: Mapping[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("X-Subject-Token", "token")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests are quiet."""


@pytest.fixture
def account() -> Iterator[str]:
    """The group of options for an account of the cloud."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Cloud) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield (
            f"[placement]\nauth_type = v3password\nauth_url = http://127.0.0.1:{server.server_address[1]}/v3\n"
            "username = nova\npassword = secret\nproject_name = service\n"
            "user_domain_name = Default\nproject_domain_name = Default\n"
        )
        server.shutdown()


ASKS = {"id": "asks", "hypervisor_version_requires": ">=10.0"}


@pytest.mark.parametrize(
    ("images", "scheduler", "result"),
    [
        ([ASKS], "", WARNING),
        ([{**ASKS, "img_hv_type": "hyperv"}, {"id": "other"}], "", SUCCESS),
        ([{**ASKS, "architecture": "x86_64"}], "", SUCCESS),
        ([ASKS], "[filter_scheduler]\nimage_properties_default_architecture = x86_64\n", SUCCESS),
    ],
)
def test_images_whose_versions_the_scheduler_ignores(
    tmp_path: Path,
    account: str,
    images: list[Mapping[str, Any]],
    scheduler: str,
    result: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Cloud, "images", images)
    _, found = checked(tmp_path, DRIVER + account + scheduler)
    assert found["Versions that images ask for"][0] == result
    assert ("asks" in found["Versions that images ask for"][1]) == (result == WARNING)
