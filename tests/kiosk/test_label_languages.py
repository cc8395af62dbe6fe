"""Generic support reads documents by their labels: in every language of the product that the text engine can read."""

from __future__ import annotations

import tomllib

import pytest

from kiosk.paths import find_paths
from kiosk.services.document_words import load_words

LANGUAGES = ("cs", "da", "de", "en", "es", "fi", "fr", "hu", "lv", "pt", "ro", "sk", "sv", "uk")
"""Of the 17 locales fr-CA is French; Arabic and Japanese letters are read by no engine here."""
ESSENTIAL = (
    "surname", "givenNames", "dateOfBirth", "gender", "nationality", "personalNumber", "placeOfBirth", "address",
    "documentNumber", "dateOfIssue", "dateOfExpiry", "issuingAuthority",
)  # fmt: skip


def test_every_field_has_a_label_in_every_language_of_the_product() -> None:
    labels = tomllib.loads((find_paths({}).program / "resources" / "templates" / "labels.toml").read_text("utf-8"))["labels"]
    assert [(field, language) for field in ESSENTIAL for language in LANGUAGES if not labels[field].get(language)] == []


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("PERSONAS APLIECĪBA", "identity-card"),
        ("KØREKORT DANMARK", "driving-licence"),
        ("KÖRKORT SVERIGE", "driving-licence"),
        ("AJOKORTTI KÖRKORT", "driving-licence"),
        ("VADĪTĀJA APLIECĪBA", "driving-licence"),
    ],
)
def test_documents_are_known_by_their_names(title: str, kind: str) -> None:
    assert kind in load_words().types_in(title)
