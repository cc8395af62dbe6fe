"""What training sees and what measuring sees: grounds and designs of the one are not in the other."""

from __future__ import annotations

from kiosk.specimens.backgrounds import BACKGROUNDS

MEASURED_GROUNDS = (
    "cloth",
    "desk",
    "marble",
    "tiles",
    "photo:coffee",
    "photo:brick",
    "photo:gravel",
    "photo:camera",
    "photo:rocket",
    "photo:page",
)
TRAINED_GROUNDS = tuple(sorted(set(BACKGROUNDS) - set(MEASURED_GROUNDS)))
TRAINED_DESIGNS = ("td1", "td2", "mrv-a")
"""Specimen designs among the random pages of training; every other design is only measured."""
