"""Checks what a caller says a document is: a misspelt word would rule out every document there is, and nobody would know why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.domain.countries import is_known
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.mrz_layout import LAYOUTS
from kiosk.services.document_templates import load_templates
from kiosk.services.template_file import DOCUMENT_TYPES
from kiosk.services.template_match import Advice
from kiosk.services.template_model import Template

SIZES = tuple(layout.mrtd for layout in LAYOUTS.values())
"""In words of DIS; national zones count by the size of their document."""


def checked_advice(advice: Advice, templates: Sequence[Template] | None = None, *, any_edition: bool = False) -> Advice:
    """The same advice, when each of its words means something; case does not matter, and mrv_a is MRV-A.

    Args:
        templates: whose editions there are; None = all that are installed.
        any_edition: an edition that no template has says nothing and is left out, instead of being an error: DIS lists no editions, and
            which are installed is no matter of its clients'.

    Raises:
        BadInput: BAD_ARGUMENT for a country that is no code of ISO 3166-1 alpha-3 or ICAO 9303-3, a type, a size of MRZ, or an edition
            that is none; the message names the first one and what there is.
    """
    for country in advice.countries:
        if not is_known(country.upper()):
            raise _unknown("country", country, "a code of three letters as documents carry it, such as SVK")
    _check("type", advice.types, DOCUMENT_TYPES)
    _check("size of MRZ", [one.replace("_", "-") for one in advice.mrtds], SIZES)
    known = sorted({one.edition for one in (load_templates() if templates is None else templates) if one.edition})
    if not any_edition:
        _check("edition", advice.editions, known)
        return advice
    allowed = {one.upper() for one in known}
    return replace(advice, editions=tuple(one for one in advice.editions if one.upper() in allowed))


def _check(what: str, given: Sequence[str], known: Sequence[str]) -> None:
    allowed = {one.upper() for one in known}
    for one in given:
        if one.upper() not in allowed:
            raise _unknown(what, one, ", ".join(known))


def _unknown(what: str, given: str, known: str) -> BadInput:
    return BadInput(ErrorCode.BAD_ARGUMENT, f"{given!r} is no known {what} of documents; there is: {known}")
