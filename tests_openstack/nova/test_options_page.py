"""The reference that is kept in the repository is what would be made now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_reference_of_options_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "tools/options_page.py"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    page = ROOT / "docs/reference/options.md"
    assert page.read_text() == done.stdout, "make it anew with tools/options_page.py"
