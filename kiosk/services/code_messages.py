"""The words that carry a one-time code. Nothing of the customer is in them: whoever reads over a shoulder learns a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.ports import CodeMessage


@dataclass(frozen=True, slots=True)
class _Words:
    """`minutes` by the form that the number asks for: one, two to four, more."""

    subject: str
    text: str
    minutes: tuple[str, str, str]


_WORDS: Mapping[str, _Words] = {
    "en": _Words(
        "Your code for {brand}",
        "{code} is your code for {brand}. It counts for {minutes}. Type it on the machine in front of you, and tell it to nobody.",
        ("1 minute", "{n} minutes", "{n} minutes"),
    ),
    "sk": _Words(
        "Váš kód pre {brand}",
        "{code} je váš kód pre {brand}. Platí {minutes}. Zadajte ho na zariadení pred sebou a nikomu ho neprezrádzajte.",
        ("1 minútu", "{n} minúty", "{n} minút"),
    ),
}
LANGUAGES = tuple(_WORDS)


def code_message(contact: str, code: str, *, language: str, brand: str, life_s: int) -> CodeMessage:
    """The message in the customer's language; English where there is none in it.

    Args:
        language: BCP 47 ("sk", "sk-SK").
    """
    words = _WORDS.get(language.partition("-")[0].lower(), _WORDS["en"])
    count = max(1, round(life_s / 60))
    minutes = words.minutes[0 if count == 1 else 1 if count < 5 else 2].format(n=count)
    return CodeMessage(contact, words.subject.format(brand=brand), words.text.format(code=grouped(code), brand=brand, minutes=minutes))


def grouped(code: str) -> str:
    """In fours, as people read and type it: "1234 5678"."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))
