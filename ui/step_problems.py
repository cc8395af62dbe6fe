"""What went wrong in the steps for contacts, proofs and the chip, in a sentence or two: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.errors import ErrorCode
from kiosk.domain.sentence_texts import QT_TRANSLATE_NOOP
from ui import strings

_GENERAL = QT_TRANSLATE_NOOP("problems", "That didn't work. Try it once more, or ask a colleague.")

_CODES: Mapping[str, str] = {
    "CODE_WRONG": QT_TRANSLATE_NOOP("problems", "That was not the code. Look at the message and type it again."),
    "CODE_EXPIRED": QT_TRANSLATE_NOOP("problems", "This code is too old. Have another one sent."),
    "INPUT_MISSING": QT_TRANSLATE_NOOP("problems", "There is no code any more that counts. Have another one sent."),
    "TOO_MANY_TRIES": QT_TRANSLATE_NOOP("problems", "The code was typed wrong too often. Have another one sent."),
    "TOO_SOON": QT_TRANSLATE_NOOP("problems", "A code was sent only a moment ago. Wait a little before the next one."),
    "GATEWAY_FAILED": QT_TRANSLATE_NOOP("problems", "The code couldn't be sent. Try again in a moment, or ask a colleague."),
}
_PHONE: Mapping[str, str] = {
    **_CODES,
    "INVALID_DATA": QT_TRANSLATE_NOOP("problems", "There is no telephone number like this one. Look at it and put it right."),
    "TOO_MANY_PROCESSES": QT_TRANSLATE_NOOP(
        "problems", "Today no more codes can be sent to this number. Use another one, or ask a colleague."
    ),
}
_EMAIL: Mapping[str, str] = {
    **_CODES,
    "INVALID_DATA": QT_TRANSLATE_NOOP("problems", "There is no e-mail address like this one. Look at it and put it right."),
    "TOO_MANY_PROCESSES": QT_TRANSLATE_NOOP(
        "problems", "Today no more codes can be sent to this address. Use another one, or ask a colleague."
    ),
}

_OPEN = QT_TRANSLATE_NOOP("problems", "This file can't be opened. Choose another one: JPEG, PNG or PDF.")
_LARGE = QT_TRANSLATE_NOOP("problems", "This file is too large. Choose a smaller one, or take a picture.")
_READ = QT_TRANSLATE_NOOP("problems", "We couldn't read it. Take a sharper picture in good light, or show another document.")
_PROOF: Mapping[str, str] = {
    "TOO_OLD": QT_TRANSLATE_NOOP("problems", "This one is too old. Show a newer one."),
    "NAME_DIFFERS": QT_TRANSLATE_NOOP("problems", "It has another name than your document. Show one with your own name."),
    "ADDRESS_DIFFERS": QT_TRANSLATE_NOOP("problems", "It has another address than the one that we know. Show one with your own address."),
    "LOW_QUALITY": _READ,
    "LOW_CONFIDENCE": _READ,
    "IMAGE_BLANK": QT_TRANSLATE_NOOP("problems", "There is nothing to be seen on this page. Turn it round, and take it once more."),
    "INPUT_MISSING": QT_TRANSLATE_NOOP("problems", "There is no page yet. Take a picture of it first."),
    "BAD_ARGUMENT": QT_TRANSLATE_NOOP("problems", "There is no page yet. Take a picture of it first."),
    "TOO_MANY_PAGES": QT_TRANSLATE_NOOP("problems", "These are more pages than we can take. Choose the ones with name, address and date."),
    "PDF_UNSUPPORTED": QT_TRANSLATE_NOOP(
        "problems", "This PDF can't be used: it is locked, damaged or has too many pages. Choose another file, or take a picture."
    ),
    "FILE_NOT_FOUND": _OPEN,
    "IMAGE_EMPTY": _OPEN,
    "IMAGE_UNREADABLE": _OPEN,
    "IMAGE_TRUNCATED": _OPEN,
    "IMAGE_FORMAT_UNSUPPORTED": _OPEN,
    "IMAGE_ANIMATED": _OPEN,
    "IMAGE_BYTES_EXCEEDED": _LARGE,
    "IMAGE_PIXELS_EXCEEDED": _LARGE,
    "TIMED_OUT": QT_TRANSLATE_NOOP("problems", "No page came from the scanner. Put the page in and try again, or take a picture."),
}
_CHIP: Mapping[str, str] = {
    "TIMED_OUT": QT_TRANSLATE_NOOP("problems", "No chip was found on the reader. Lay the document on flat, without its cover."),
    "NOT_ENOUGH_DATA": QT_TRANSLATE_NOOP(
        "problems", "What we read on your document isn't enough to open its chip. Go back and take its picture once more."
    ),
    "INVALID_DATA": QT_TRANSLATE_NOOP("problems", "The chip doesn't open with what we read on your document. Try it once more."),
}
_READER = QT_TRANSLATE_NOOP("problems", "The reader doesn't answer. Try it once more, or ask a colleague.")

JUDGED = frozenset({"TOO_OLD", "NAME_DIFFERS", "ADDRESS_DIFFERS", "LOW_CONFIDENCE", "LOW_QUALITY"})
"""What was found in a proof that could be read: it may be handed in all the same."""


def contact(kind: str, code: str) -> str:
    """`kind` "phone" or "email"; `code` a CheckLabel or ErrorCode value, or "" for no problem and no words."""
    return _words(_EMAIL if kind == "email" else _PHONE, code)


def proof(code: str) -> str:
    """As `contact`; "TOO_MANY_PAGES" is the screen's own."""
    return _words(_PROOF, code)


def chip(code: str) -> str:
    """As `contact`; whatever else a reader may fail with, the customer can do the same about it."""
    return strings.translate("problems", _CHIP.get(code, _READER)) if code else ""


def _words(texts: Mapping[str, str], code: str) -> str:
    if not code:
        return ""
    if code in texts:
        return strings.translate("problems", texts[code])
    if code in ErrorCode.__members__:
        words = strings.error(ErrorCode(code))
        return f"{words.title}. {words.text}"
    return strings.translate("problems", _GENERAL)
