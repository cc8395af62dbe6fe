"""Letters with marks of the languages that states print names and places in: what a letter on their documents most likely is.

Official and widely spoken languages, in Latin letters, after the alphabets of ICAO 9303-3 section 6 table A and CLDR's exemplar characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kiosk.domain.countries import alpha3

_LANGUAGES: Mapping[str, str] = {
    "az": "ÇƏĞIİÖŞÜ",
    "bg": "",  # transliterated, as Greek is
    "ca": "ÀÇÈÉÍÏÒÓÚÜ",
    "cs": "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",
    "da": "ÅÆÉØ",
    "de": "ÄÖÜẞ",
    "el": "",
    "en": "",
    "es": "ÁÉÍÑÓÚÜ",
    "et": "ÄÕÖÜŠŽ",
    "eu": "ÇÑÜ",
    "fi": "ÄÅÖŠŽ",
    "fr": "ÀÂÆÇÈÉÊËÎÏÔŒÙÛÜŸ",
    "ga": "ÁÉÍÓÚ",
    "gl": "ÁÉÍÏÑÓÚÜ",
    "hr": "ČĆĐŠŽ",
    "hu": "ÁÉÍÓÖŐÚÜŰ",
    "is": "ÁÆÐÉÍÓÖÞÚÝ",
    "it": "ÀÈÉÌÎÒÓÙ",
    "lt": "ĄČĖĘĮŠŪŲŽ",
    "lv": "ĀČĒĢĪĶĻŅŠŪŽ",
    "mt": "ÀĊÈĠĦÌÒÙŻ",
    "nl": "ÁÄÉÈËÏÍÓÖÚÜ",
    "no": "ÅÆÉÒÓÔØ",
    "pl": "ĄĆĘŁŃÓŚŹŻ",
    "pt": "ÁÂÃÇÉÊÍÓÔÕÚÜ",  # À stands in small words alone (à, àquele), in no name
    "ro": "ÂÎĂȘȚ",
    "rm": "ÀÈÉÌÒÙ",
    "se": "ÁČĐŊŠŦŽ",
    "sk": "ÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ",
    "sl": "ČŠŽ",
    "sq": "ÇË",
    "sv": "ÄÅÉÖ",
    "tr": "ÂÇĞIİÎÖŞÛÜ",
}  # fmt: skip

_STATES: Mapping[str, str] = {
    "ALB": "sq", "AND": "ca es fr", "AUT": "de hr hu sl", "AZE": "az", "BEL": "nl fr de", "BGR": "bg", "BIH": "hr", "CHE": "de fr it rm",
    "CYP": "el tr", "CZE": "cs sk", "DEU": "de", "DNK": "da", "ESP": "es ca gl eu", "EST": "et", "FIN": "fi sv se", "FRA": "fr",
    "GBR": "en", "GRC": "el", "HRV": "hr", "HUN": "hu", "IRL": "en ga", "ISL": "is", "ITA": "it de fr", "LIE": "de", "LTU": "lt",
    "LUX": "fr de", "LVA": "lv", "MCO": "fr it", "MDA": "ro", "MLT": "mt en it", "MNE": "hr", "NLD": "nl", "NOR": "no se", "POL": "pl",
    "PRT": "pt", "ROU": "ro hu", "SMR": "it", "SRB": "hr hu", "SVK": "sk cs hu", "SVN": "sl", "SWE": "sv fi se", "TUR": "tr",
    "RKS": "sq hr",
    "AGO": "pt", "ARG": "es", "BOL": "es", "BRA": "pt", "CHL": "es", "COL": "es", "CPV": "pt", "CRI": "es", "CUB": "es", "DOM": "es",
    "ECU": "es", "GTM": "es", "HND": "es", "MEX": "es", "MOZ": "pt", "NIC": "es", "PAN": "es", "PER": "es", "PRY": "es", "SLV": "es",
    "TLS": "pt", "URY": "es", "VEN": "es",
}  # fmt: skip


def is_known_language(code: str) -> bool:
    """Args: `code` ISO 639-1."""
    return code in _LANGUAGES


def languages_of(state: str) -> tuple[str, ...]:
    """ISO 639-1 codes; empty where they are not known. `state`: as documents print it."""
    return tuple(_STATES.get(alpha3(state), "").split())


def letters_of(languages: Iterable[str]) -> frozenset[str]:
    """Capital letters with marks that these languages have."""
    return frozenset("".join(_LANGUAGES[language] for language in languages))
