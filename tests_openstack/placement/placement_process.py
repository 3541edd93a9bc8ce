"""Placement's own API as a process of its own, which Neutron's listeners to every database leave alone.

python -m tests_openstack.placement.placement_process FOLDER     prints its port, and serves until it is ended
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import make_server

from oslo_config import cfg
from placement import conf as placement_conf
from placement import deploy
from placement.db_api import configure

ROOT = Path(__file__).parents[2]
TOKEN = "admin"
"""What placement takes for an administrator where nobody authenticates."""
_INI = """
[api]
auth_strategy = noauth2
[placement_database]
connection = sqlite:///{folder}/placement.sqlite
sync_on_startup = true
"""


def main() -> None:
    """Serve with a database in the folder."""
    file = Path(sys.argv[1]) / "placement.conf"
    file.write_text(_INI.format(folder=file.parent), "utf-8")
    conf = cfg.ConfigOpts()
    placement_conf.register_opts(conf)
    conf(["--config-file", str(file)])
    configure(conf)
    server = make_server("127.0.0.1", 0, deploy.loadapp(conf))
    print(server.server_port, flush=True)
    server.serve_forever()


@contextmanager
def placement_api(folder: Path) -> Iterator[str]:
    """Its address, as long as the block lasts."""
    command = [sys.executable, "-m", "tests_openstack.placement.placement_process", str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
