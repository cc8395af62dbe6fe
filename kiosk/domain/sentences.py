"""Checks and decisions in words: one sentence for every check that can occur, and the one large sentence of a decision.

The command line and the report use `sentence` and `headline`. The screens translate the templates of `sentence_texts` (`template_of`,
`headline_template`) with Qt Linguist and insert the same params in their own language. A template
whose params are not all given is passed over for the next, shorter one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from string import Formatter

from kiosk.domain.check import STAFF_ONLY, Check, CheckLabel, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName
from kiosk.domain.sentence_texts import (
    BY_STATUS,
    FIELD_NAMES,
    GENERAL,
    REJECT,
    REJECT_BECAUSE,
    REVIEW,
    TEMPLATES,
    TO_CUSTOMER,
    WELCOME,
    WELCOME_NAMELESS,
)

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIELD_VALUES = {name.value: name for name in FieldName}


def template_of(check: Check) -> str:
    """The English template of a check's sentence, without its params filled in. Never empty."""
    if check.label is CheckLabel.OK and check.status is not CheckStatus.PASSED:
        return BY_STATUS[check.status]
    templates = TEMPLATES.get((check.name, check.label))
    if templates is not None:
        return _first_complete(templates, check.params)
    return GENERAL[check.label] if check.label in GENERAL else BY_STATUS[check.status]


def sentence(check: Check) -> str:
    """One English sentence that says what the check found and why. May hold personal data (a date): never logged."""
    return fill(template_of(check), check.params, write_date=english_date, write_field=lambda name: FIELD_NAMES[name].lower())


def customer_sentence(check: Check) -> str:
    """What staff may read to the customer: `sentence`, but of what is for staff alone."""
    return TO_CUSTOMER if check.name in STAFF_ONLY else sentence(check)


def headline_template(outcome: Outcome, first_name: str, main_reason: Check | None) -> tuple[str, Mapping[str, str]]:
    """The template of a decision's large sentence, with its params."""
    if outcome is Outcome.ACCEPT:
        return (WELCOME, {"first_name": as_spoken(first_name)}) if first_name.strip() else (WELCOME_NAMELESS, {})
    if outcome is Outcome.REVIEW or main_reason is None:
        return (REVIEW if outcome is Outcome.REVIEW else REJECT), {}
    templates = REJECT_BECAUSE.get((main_reason.name, main_reason.label), (REJECT,))
    return _first_complete(templates, main_reason.params), main_reason.params


def headline(outcome: Outcome, first_name: str = "", main_reason: Check | None = None) -> str:
    """The decision in one English sentence."""
    template, params = headline_template(outcome, first_name, main_reason)
    return fill(template, params, write_date=english_date, write_field=lambda name: FIELD_NAMES[name].lower())


def as_spoken(name: str) -> str:
    """A name as printed in capitals, the way people write it: "ANNA-MARIA" gives "Anna-Maria"; mixed case is left alone."""
    name = name.strip()
    if not name.isupper():
        return name
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), name)


def fill(template: str, params: Mapping[str, str], *, write_date: Callable[[date], str], write_field: Callable[[FieldName], str]) -> str:
    """The template with its params: ISO dates and field names (also in a comma-separated list) are put into words."""

    def written(value: str) -> str:
        if _ISO_DATE.fullmatch(value):
            try:
                return write_date(date.fromisoformat(value))
            except ValueError:
                return value
        return write_field(_FIELD_VALUES[value]) if value in _FIELD_VALUES else value

    return template.format_map({name: ", ".join(written(part.strip()) for part in value.split(",")) for name, value in params.items()})


def english_date(day: date) -> str:
    """24 November 2020, whatever the system's language."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def all_templates() -> frozenset[str]:
    """Every template, for the test that each is translated."""
    groups = [*TEMPLATES.values(), *REJECT_BECAUSE.values()]
    return frozenset(text for group in groups for text in group) | {
        *GENERAL.values(), *BY_STATUS.values(), TO_CUSTOMER, WELCOME, WELCOME_NAMELESS, REVIEW, REJECT,
    }  # fmt: skip


def _first_complete(templates: tuple[str, ...], params: Mapping[str, str]) -> str:
    for template in templates:
        if all(params.get(name) for _text, name, _format, _conversion in Formatter().parse(template) if name):
            return template
    return templates[-1]
