"""What a rule can make go wrong: one small class per misfortune."""

from __future__ import annotations

from attrs import field, frozen, validators


@frozen(kw_only=True)
class Action:
    """What happens to a matched request, ``delay_s`` seconds later than it would have been answered."""

    delay_s: float = field(default=0.0, validator=validators.ge(0))


@frozen(kw_only=True)
class Slow(Action):
    """Nothing but the delay."""


@frozen(kw_only=True)
class ResetBefore(Action):
    """The connection is reset and the request was never executed."""


@frozen(kw_only=True)
class ResetAfter(Action):
    """The connection is reset after the request was executed: the caller cannot know the outcome."""


@frozen(kw_only=True)
class Unauthorized(Action):
    """HTTP 401 instead of execution; the connection has to authenticate again."""


@frozen(kw_only=True)
class TruncatedBody(Action):
    """Half of the answer's body, then the end of the connection."""


@frozen(kw_only=True)
class DrippingBody(Action):
    """The answer at one byte per second."""


@frozen(kw_only=True)
class QuotaFault(Action):
    """The fault of a user with too many operations open (2150859174)."""


@frozen(kw_only=True)
class ExpiredEnumeration(Action):
    """The enumeration context is dropped before the request looks at it."""


@frozen(kw_only=True)
class WsmanFault(Action):
    """A WS-Management fault with this Windows code."""

    code: int
    text: str = "The request was refused by a rule of the emulated host."


@frozen(kw_only=True)
class MethodReturns(Action):
    """The method is not executed and answers this ReturnValue."""

    return_value: int


@frozen(kw_only=True)
class JobFails(Action):
    """The method starts a job, and the job ends in failure with this ErrorCode and text."""

    code: int = 32768
    text: str = "The job was failed by a rule of the emulated host."


@frozen(kw_only=True)
class JobHangs(Action):
    """The method starts a job that stays running."""


@frozen(kw_only=True)
class AnswersByJob(Action):
    """A method that may start a job starts one where it would answer at once; it takes ``takes_s``."""

    takes_s: float = field(default=0.005, validator=validators.ge(0))


@frozen(kw_only=True)
class SmbDisconnect(Action):
    """Every SMB connection to the host is cut; the request itself is executed."""


@frozen(kw_only=True)
class DiskFull(Action):
    """The host's drive has no room for what the request would write."""
