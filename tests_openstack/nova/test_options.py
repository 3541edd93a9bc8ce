"""The options as an operator meets them: in a sample, and in logs."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from oslo_config import cfg

from openhyperv.nova import options


def test_the_sample_has_every_option() -> None:
    generator = Path(sys.executable).with_name("oslo-config-generator")
    done = subprocess.run(
        [generator, "--namespace", "openhyperv"], check=True, capture_output=True, text=True, timeout=60
    )
    assert "[openhyperv]" in done.stdout
    for option in options.OPTIONS:
        assert f"#{option.dest} = " in done.stdout


def test_a_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    conf = cfg.ConfigOpts()
    options.register(conf)
    conf([])
    conf.set_override("password", "correct-horse", "openhyperv")
    caplog.set_level(logging.DEBUG)
    conf.log_opt_values(logging.getLogger("test"), logging.DEBUG)
    assert "openhyperv.password " in caplog.text
    assert "correct-horse" not in caplog.text
