"""The few methods of os-win's other modules that need none of Windows' libraries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oswin.proving import proves

pytestmark = pytest.mark.usefixtures("windows")


@pytest.fixture
def ioutils() -> Any:
    from os_win.utils.io import ioutils  # noqa: PLC0415  # after the gates

    return ioutils.IOUtils()


@proves(
    "ioutils.IOUtils.get_buffer",
    "ioutils.IOUtils.write_buffer_data",
    "ioutils.IOUtils.get_buffer_data",
)
def test_buffers_hold_what_is_written(ioutils: Any) -> None:
    buffer = ioutils.get_buffer(16)
    ioutils.write_buffer_data(buffer, "0123")
    assert ioutils.get_buffer_data(buffer, 4) == b"0123"


@proves("vhdutils.VHDUtils.get_best_supported_vhd_format")
def test_vhdx_is_the_best_format() -> None:
    from os_win.utils.storage.virtdisk import vhdutils  # noqa: PLC0415  # after the gates

    assert vhdutils.VHDUtils().get_best_supported_vhd_format() == "VHDX"
