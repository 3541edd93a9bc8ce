"""Why tests are skipped, in our words where Tempest's say only which switch was off."""

from __future__ import annotations

import re

from lab.tempest.results import Result

_NO_VOLUMES = "Volumes are a later issue, so that the lab has no Cinder"
_NO_GUEST_ACCESS = "It logs in to the guest, on whose network this machine is not"
_CHECKED_IMAGES = "Glance checks that an image is what it is declared to be, which random bytes are not"
_WORDS = (
    (r"[Cc]inder|[Vv]olume", _NO_VOLUMES),
    (r"[Ll]ive.migration|live_migration", "Live migration is a later issue"),
    (r"run_validation|[Vv]alidation|SSH|ssh", _NO_GUEST_ACCESS),
    (r"Image format enforcement", _CHECKED_IMAGES),
    (r"\b[Ii][Dd][Ee]\b", "The image is of generation 2, which has no IDE controller"),
    (r"VNC|novnc|SPICE|spice", "Hyper-V's own console is neither VNC nor SPICE"),
)


def explain(result: Result) -> str:
    """Why a test was skipped; Tempest's own words if they say it."""
    for pattern, words in _WORDS:
        if re.search(pattern, result.reason):
            return f"{words}."
    return result.reason
