"""Errors: each of this library's is exactly one of WMI's, with a signed 32-bit code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv import errors
from openhyperv.errors import HyperVError
from openhyperv.wire.fault import WbemCode, WsmanCode
from openhyperv.wmi import (
    avoid_blocking_call,
    com_error,
    mi_to_wmi_exception,
    unsigned_to_signed,
    x_wmi,
    x_wmi_timed_out,
)
from openhyperv.wmi.failures import failure_of
from tests.wmi.making import failure_code

EXPECTED = {
    errors.HyperVError: 0x80041001,
    errors.TransportError: 0x80041015,
    errors.UnreachableError: 0x800706BA,
    errors.CertificateError: 0x800B0109,
    errors.ConnectionLostError: 0x800706BE,
    errors.AuthenticationError: 0x8007052E,
    errors.AccessDeniedError: 0x80070005,
    errors.ProtocolError: 0x80041001,
    errors.FaultError: 0x80041001,
    errors.MethodError: 0x80041001,
    errors.JobError: 0x80041001,
    errors.NotFoundError: 0x80041002,
    errors.ConflictError: 0x80041019,
    errors.QuotaError: 0x8004106C,
    errors.DeadlineError: 0x00040004,
    errors.UnsupportedError: 0x80041024,
    errors.InvalidInputError: 0x80041008,
    errors.MachineRuleError: 0x80041008,
    errors.ImageError: 0x80041008,
}


def tree(kind: type[HyperVError]) -> Iterator[type[HyperVError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


def test_every_error_of_the_tree_is_exactly_one_of_wmis() -> None:
    named = {kind for kind in tree(HyperVError) if kind.__module__ == errors.__name__}
    assert named == set(EXPECTED)
    for kind in tree(HyperVError):
        raised = kind.__new__(kind)
        HyperVError.__init__(raised, "Something went wrong.")
        error = failure_of(raised)
        assert failure_code(error) < 0 or isinstance(error, x_wmi_timed_out)
        assert isinstance(error, x_wmi)


@pytest.mark.parametrize(("kind", "code"), EXPECTED.items())
def test_an_error_without_a_code_has_that_of_its_class(kind: type[HyperVError], code: int) -> None:
    error = failure_of(kind("Something went wrong.", host="hv1"))
    assert failure_code(error) == unsigned_to_signed(code)
    assert isinstance(error, x_wmi_timed_out) == (kind is errors.DeadlineError)


@pytest.mark.parametrize("code", [*WbemCode, 0x80070057, 0x80070050, 0x800706D9])
def test_a_code_of_windows_itself_is_kept(code: int) -> None:
    error = failure_of(errors.FaultError("No.", code=code))
    assert failure_code(error) == code - 2**32
    assert f"0x{code:08X}" in str(error)


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        (errors.NotFoundError, WsmanCode.RESOURCE_NOT_FOUND, WbemCode.NOT_FOUND),
        (errors.NotFoundError, WsmanCode.DESTINATION_UNREACHABLE, WbemCode.INVALID_CLASS),
        (errors.AccessDeniedError, WsmanCode.ACCESS_DENIED, 0x80070005),
        (errors.AccessDeniedError, WbemCode.ACCESS_DENIED, WbemCode.ACCESS_DENIED),
        (errors.FaultError, WsmanCode.CANNOT_PROCESS_FILTER, WbemCode.INVALID_QUERY),
        (errors.FaultError, WsmanCode.SCHEMA_VALIDATION_ERROR, WbemCode.TYPE_MISMATCH),
        (errors.QuotaError, WsmanCode.USER_OPERATION_QUOTA, WbemCode.QUOTA_VIOLATION),
        (errors.FaultError, 1753, 0x800706D9),
        (errors.JobError, 32773, WbemCode.FAILED),
        (errors.MethodError, 5, WbemCode.FAILED),
    ],
)
def test_no_code_that_wmi_does_not_have_is_shown(kind: type[HyperVError], code: int, expected: int) -> None:
    assert failure_code(failure_of(kind("No.", code=code))) == unsigned_to_signed(expected)


def test_every_code_of_winrm_becomes_one_of_wmi() -> None:
    for code in WsmanCode:
        shown = failure_code(failure_of(errors.FaultError("No.", code=code))) & 0xFFFFFFFF
        assert shown >> 16 in (0x8004, 0x8007)


def test_exceptions_are_made_as_old_code_makes_them() -> None:
    inner = com_error(-5, "five", (0, None, "text", None, None, -5), None)
    error = x_wmi(info="failed", com_error=inner)
    assert (error.info, error.com_error, str(error)) == ("failed", inner, "failed")
    assert (inner.hresult, inner.strerror, inner.argerror) == (-5, "five", None)
    assert x_wmi().com_error is None
    assert issubclass(x_wmi_timed_out, x_wmi)


def test_codes_are_signed_in_32_bits_on_every_machine() -> None:
    assert unsigned_to_signed(0x8004100E) == unsigned_to_signed(-2147217394) == -2147217394
    assert unsigned_to_signed(0x40004) == 0x40004


def test_helpers_translate_and_call() -> None:
    @mi_to_wmi_exception
    def fails() -> None:
        raise errors.NotFoundError("Gone.")

    with pytest.raises(x_wmi) as failed:
        fails()
    assert isinstance(failed.value.__cause__, errors.NotFoundError)
    assert avoid_blocking_call(lambda value: value)(7) == 7
