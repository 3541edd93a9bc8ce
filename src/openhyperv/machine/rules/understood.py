"""Which image properties and extra specs a rule reads; whatever else asks for hardware is refused."""

from __future__ import annotations

from openhyperv.machine.vocabulary.extra_specs import EXTRA_SPECS
from openhyperv.machine.vocabulary.image_properties import IMAGE_PROPERTIES


def is_read_of_image(name: str) -> bool:
    """True for a property that some rule reads."""
    return any(word.names(name) for word in IMAGE_PROPERTIES)


def is_read_of_flavor(name: str) -> bool:
    """True for an extra spec that some rule reads."""
    return any(word.names(name) for word in EXTRA_SPECS)
