"""What ``hv`` exits with: one number for each branch of the error tree, for scripts to decide by."""

from __future__ import annotations

from openhyperv import errors

DONE, BUG, USAGE, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

EXIT_CODES: dict[type[errors.HyperVError], tuple[int, str]] = {
    errors.TransportError: (10, "Nothing usable came over the connection."),
    errors.UnreachableError: (11, "No connection was made: host down, wrong port, name unknown."),
    errors.CertificateError: (12, "The host's TLS certificate is not trusted."),
    errors.ConnectionLostError: (13, "The connection died under a request."),
    errors.AuthenticationError: (20, "The host does not accept the account: password, ticket or method."),
    errors.AccessDeniedError: (21, "The account is known, but may not do this."),
    errors.ProtocolError: (30, "The answer breaks the protocol, and was not believed."),
    errors.FaultError: (31, "The host answered with a fault of WS-Management."),
    errors.MethodError: (32, "A method of the host returned a code that is not success."),
    errors.JobError: (33, "A job of the host failed."),
    errors.NotFoundError: (40, "There is no such object."),
    errors.ConflictError: (41, "It exists already, the name fits several, or its state does not allow it."),
    errors.QuotaError: (42, "The host takes no more work for now, or has no more room."),
    errors.DeadlineError: (43, "The time given has run out."),
    errors.UnsupportedError: (44, "This host, or its version of Windows, cannot do that."),
    errors.InvalidInputError: (50, "Input that was refused before anything was touched."),
    errors.MachineRuleError: (51, "Properties that do not make a machine."),
    errors.ImageError: (52, "A disk image that is damaged, hostile, or of another kind."),
}

_OTHERS = {
    DONE: "Done.",
    BUG: "A bug in hv itself; --debug shows where.",
    USAGE: "The command line is wrong; nothing was sent.",
    CHECK_FAILED: "'hv host check' found something that fails.",
    INTERRUPTED: "Interrupted.",
}


def exit_code_of(error: errors.HyperVError) -> int:
    """The code of the error's class, or of the nearest class above it that has one."""
    return next((EXIT_CODES[kind][0] for kind in type(error).__mro__ if kind in EXIT_CODES), BUG)


def meanings() -> dict[int, str]:
    """Every exit code with one sentence, in order."""
    return dict(sorted((_OTHERS | dict(EXIT_CODES.values())).items()))
