"""Our errors in Nova's words, by class: what the compute manager then does follows from its own rules.

What no other host could do better ends a build at once; what another host may do is tried there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import nova.conf
from nova import exception
from nova.compute.utils import EventReporter
from nova.context import RequestContext
from nova.objects.instance import Instance

from openhyperv.errors import (
    AuthenticationError,
    HyperVError,
    ImageError,
    InvalidInputError,
    TransportError,
    UnsupportedError,
)
from openhyperv.machine.violations import BrokenRuleError, NotOfferedError, Rule

CONF = nova.conf.CONF


class HyperVFault(exception.NovaException):
    """What the host refused or failed to do; the message is the host's own."""


_Fault = Callable[[HyperVError, Instance | None], exception.NovaException]


def _image(error: HyperVError, instance: Instance | None) -> exception.NovaException:
    return exception.ImageUnacceptable(image_id=getattr(instance, "image_ref", ""), reason=str(error))


def _instance(error: HyperVError, instance: Instance | None) -> exception.NovaException:
    return exception.InstanceUnacceptable(instance_id=getattr(instance, "uuid", ""), reason=str(error))


def _rule(error: HyperVError, instance: Instance | None) -> exception.NovaException:
    rule = error.rule if isinstance(error, BrokenRuleError) else None
    if rule is Rule.DISK_SIZE:
        return exception.FlavorDiskTooSmall(str(error))
    if rule is Rule.DISK_FORMAT:
        return _image(error, instance)
    return exception.InvalidInput(reason=str(error))


_BY_CLASS: tuple[tuple[type[HyperVError], _Fault], ...] = (
    (BrokenRuleError, _rule),
    (ImageError, _image),
    (InvalidInputError, lambda error, _: exception.InvalidInput(reason=str(error))),
    (NotOfferedError, lambda error, _: exception.InvalidInput(reason=str(error))),
    (UnsupportedError, _instance),
    (TransportError, lambda error, _: exception.HypervisorUnavailable(str(error))),
    (AuthenticationError, lambda error, _: exception.HypervisorUnavailable(str(error))),
)


def nova_fault(error: HyperVError, instance: Instance | None = None) -> exception.NovaException:
    """The exception that Nova knows for an error of ours."""
    for kind, fault in _BY_CLASS:
        if isinstance(error, kind):
            return fault(error, instance)
    return HyperVFault(str(error))


def told_as_event(context: RequestContext, instance: Instance, name: str) -> EventReporter:
    """Keep what ends a block with the instance's actions (``openstack server event show``).

    When Nova has tried every host it says no more than that; why each of them failed is told there.
    """
    return EventReporter(context, name, CONF.host, instance.uuid, graceful_exit=True)


@contextmanager
def as_nova_faults(instance: Instance | None = None) -> Iterator[None]:
    """Raise Nova's exceptions instead of ours."""
    try:
        yield
    except HyperVError as error:
        raise nova_fault(error, instance) from error
