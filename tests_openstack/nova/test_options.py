"""The options as an operator meets them: in a sample, and in logs."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from pathlib import Path

from oslo_config import cfg

from openhyperv.nova import options
from openhyperv.nova.status.old_options import OLD_OPTIONS


def test_the_sample_has_every_option() -> None:
    generator = Path(sys.executable).with_name("oslo-config-generator")
    done = subprocess.run(
        [generator, "--namespace", "openhyperv"], check=True, capture_output=True, text=True, timeout=60
    )
    assert "[openhyperv]" in done.stdout
    for option in options.OPTIONS:
        assert f"#{option.dest} = " in done.stdout


def test_a_password_is_not_logged() -> None:
    written = io.StringIO()
    log = logging.getLogger("options of the driver")
    log.setLevel(logging.DEBUG)
    log.addHandler(logging.StreamHandler(written))
    conf = cfg.ConfigOpts()
    options.register(conf)
    conf([])
    conf.set_override("password", "correct-horse", "openhyperv")
    conf.log_opt_values(log, logging.DEBUG)
    assert "openhyperv.password " in written.getvalue()
    assert "correct-horse" not in written.getvalue()


def test_what_replaces_an_old_option_exists() -> None:
    names = {f"[openhyperv]{option.dest}" for option in options.OPTIONS}
    assert {option.successor for option in OLD_OPTIONS if option.successor} <= names
    assert all(option.successor or option.note for option in OLD_OPTIONS)
