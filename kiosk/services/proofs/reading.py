"""What a proof says, found by its labels and by its layout: holders, addresses, issuer, dates, amounts. Nothing is compared here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.domain.document import Quad
from kiosk.services.document_dates import PrintedDate, Tense, dates_in
from kiosk.services.proofs.address import Address, find_postcode, parse_address
from kiosk.services.proofs.amounts import Amount, amounts_in
from kiosk.services.proofs.page import Page, Piece, joined
from kiosk.services.proofs.words import latin, proof_words


class DateRole(StrEnum):
    ISSUED = "issued"
    DUE = "due"
    PERIOD = "period"
    OTHER = "other"
    UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class Found:
    """A value with where it stands. `quad` in pixels of page `page` (from 1), `confidence` 0..1 of the reading."""

    text: str
    confidence: float
    page: int
    quad: Quad


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """`supplier`: it is the issuer's own, by its heading or its company."""

    address: Address
    found: Found
    supplier: bool = False


@dataclass(frozen=True, slots=True)
class FoundDate:
    """`date.other`: the reading with day and month exchanged."""

    date: PrintedDate
    role: DateRole
    found: Found


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """`role`: "balance", "total", "opening" or ""."""

    amount: Amount
    role: str
    found: Found


@dataclass(frozen=True, slots=True)
class ProofReading:
    """Everything that was found, in reading order. `names`: of holders and recipients, not of the issuer."""

    pages: tuple[Page, ...]
    names: tuple[Found, ...] = ()
    addresses: tuple[FoundAddress, ...] = ()
    issuer: Found | None = None
    dates: tuple[FoundDate, ...] = ()
    amounts: tuple[FoundAmount, ...] = ()


_NAME = re.compile(r"[^\W\d_][^\d_@:;/\\]*")
_MOST_NAME_WORDS = 7
_SHORT_FORM = 3
"""Letters of legal forms that count at the end of a name alone: "se" and "as" are words, too."""
_MOST_BLOCK_LINES = 6
_PROSE_WORDS = 3
_HEADING = 0.9
"""A company's name over its own address is at least so much of its height."""
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})\s?/\s?(\d{1,2})\s?/\s?(?:\d{4}|\d{2})(?!\d)")
_SHORT = 48
"""A date without a label counts as the letter's own in a piece of at most so many characters: "Bratislava, 3. júna 2025"."""


def read_pages(pages: Sequence[Page], *, today: str) -> ProofReading:
    """Args: `today` YYYY-MM-DD, for years of two digits."""
    names: list[Found] = []
    addresses: list[FoundAddress] = []
    dates: list[FoundDate] = []
    amounts: list[FoundAmount] = []
    for page in pages:
        for address, holders in _blocks(page):
            addresses.append(address)
            if not address.supplier:
                names.extend(holders)
        names.extend(_labelled_names(page))
        dates.extend(_dates(page, today))
        amounts.extend(_amounts(page))
    told = _day_first(dates, amounts, pages)
    return ProofReading(tuple(pages), tuple(names), tuple(addresses), _issuer(pages), tuple(told), tuple(amounts))


# --- names and addresses -------------------------------------------------------------------------------------------


def _blocks(page: Page) -> list[tuple[FoundAddress, tuple[Found, ...]]]:
    """Every group of lines that ends in a postcode and a town, with the names above."""
    found: list[tuple[FoundAddress, tuple[Found, ...]]] = []
    for piece in page.pieces:
        match = find_postcode(piece.text)
        if match is None or not _may_be_town_line(piece.text, match) or is_prose(piece.text):
            continue
        lines = [piece]
        while len(lines) < _MOST_BLOCK_LINES and (over := page.above(lines[0])) is not None and over not in lines:
            if is_prose(over.text):
                break
            if find_postcode(over.text) and "," not in piece.text and any(c.isalpha() for c in piece.text) and _ends_address(over.text):
                break  # another address ends there
            lines.insert(0, over)
        if (under := page.below(piece, lines=1.3)) is not None:
            name_of_country = proof_words().countries.get(latin(under.text))
            if name_of_country and len(latin(under.text)) > 2:
                lines.append(under)
        found.append(_block(page, lines, piece))
    return found


def _may_be_town_line(text: str, match: re.Match[str]) -> bool:
    """Not a number of an account, a meter or a telephone: nothing but an address has a town's name or a street beside its postcode."""
    words = set(latin(text).split())
    if words & proof_words().contacts or proof_words().dates.at_start(text):
        return False
    rest = text[: match.start()] + text[match.end() :]
    letters = sum(character.isalpha() for character in rest)
    british = any(character.isalpha() for character in match[1])
    return british or (letters >= 2 and len(text) <= 120)


def is_prose(text: str) -> bool:
    """Part of a sentence: addresses and names have few words in small letters."""
    words: list[str] = re.findall(r"[^\W\d_]+", text)
    return sum(len(word) > 2 and word.islower() for word in words) >= _PROSE_WORDS


def _ends_address(text: str) -> bool:
    match = find_postcode(text)
    if match is None:
        return False
    if any(character.isalpha() for character in match[1]):
        return True  # British: nothing stands behind it
    return bool(re.search(r"[^\W\d]{2}", text[match.end() :])) and not re.search(r"\d\s*$", text)


def _block(page: Page, lines: Sequence[Piece], town: Piece) -> tuple[FoundAddress, tuple[Found, ...]]:
    labels = proof_words().people
    supplier = False
    names: list[Found] = []
    kept: list[tuple[Piece, str]] = []
    for piece in lines:
        text = piece.text
        label = labels.at_start(text)
        if (label is not None and piece is not town) or (label is not None and label.rest):
            if label.role == "supplier":
                supplier, kept = True, []
            elif label.role == "customer":
                supplier, kept = False, []
            elif label.role == "address":
                kept = []
            text = label.rest
            if not text:
                continue
        kept.append((piece, text))
    parts = [(piece, part.strip()) for piece, text in kept for part in re.split(r"[,·•|]", text) if part.strip()]
    forms = {re.sub(r"[^a-z]", "", latin(part)) for _, part in parts} & proof_words().companies  # "…, S.A., …"
    supplier = supplier or bool(forms) or any(is_company(part) for _, part in parts) or _headed_by_supplier(page, lines[0])
    address_from = 0
    for index, (piece, part) in enumerate(parts):
        later = [text for _, text in parts[index + 1 :]]
        if any(c.isdigit() for c in part) or not any(c.isdigit() for text in later for c in text) or _is_street_name(part, later):
            break
        if looks_like_name(part):
            # two holders, or a misread line of the sender's over the name
            names.append(Found(part, piece.confidence, piece.page, piece.quad))
            address_from = index + 1
    rest = parts[address_from:] or parts
    address = parse_address([part for _, part in rest])
    quads = [piece.quad for piece, _ in rest]
    confidence = min(piece.confidence for piece, _ in rest)
    return FoundAddress(address, Found(address.printed, confidence, town.page, joined(quads)), supplier), tuple(names)


def _is_street_name(part: str, later: Sequence[str]) -> bool:
    """ "Calle de Alcalá" before "45": a part that a bare number follows is a street."""
    words = latin(part).split()
    follows = latin(later[0]).split() if later else []
    bare = bool(follows) and all(word[0].isdigit() or len(word) == 1 for word in follows)
    return bare or (bool(words) and words[0] in {"calle", "rue", "ulica", "ul", "via", "avenida", "plaza", "rua", "strada"})


def _headed_by_supplier(page: Page, first: Piece) -> bool:
    over = page.above(first, lines=2.2, any_size=True)
    if over is None:
        return False
    label = proof_words().people.at_start(over.text)
    if label is not None:
        return label.role == "supplier"
    # the small line of the sender stands over the recipient in a window envelope
    return over.height >= _HEADING * first.height and is_company(_company_name(over.text))


def _labelled_names(page: Page) -> list[Found]:
    """Behind, beside or under a label like "account holder"."""
    found: list[Found] = []
    for piece in page.pieces:
        label = proof_words().people.at_start(piece.text)
        if label is None or label.role not in ("name", "customer"):
            continue
        own = re.split(r"[,;]", label.rest)[0].strip()
        if own:
            if looks_like_name(own) and not is_company(own):
                found.append(Found(own, piece.confidence, piece.page, piece.quad))
            continue
        for other in (page.right_of(piece), page.below(piece)):
            if other is None or proof_words().people.at_start(other.text) or proof_words().dates.at_start(other.text):
                continue
            text = re.split(r"[,;]", other.text)[0].strip()
            if looks_like_name(text) and not is_company(text):
                found.append(Found(text, other.confidence, other.page, other.quad))
                break
    return found


def looks_like_name(text: str) -> bool:
    """Two to seven words of letters, none of a company, a street or a kind of paper."""
    known = proof_words()
    words = latin(text).split()
    bare = [word for word in words if word not in known.titles]
    if not _NAME.fullmatch(text.strip()) or not 2 <= len(words) <= _MOST_NAME_WORDS or not bare or latin(text) in known.papers:
        return False
    if known.dates.at_start(text) or known.amounts.at_start(text) or any(len(word) > 2 and word in known.streets for word in words):
        return False
    return sum(character.isalpha() for character in text) >= 4


def is_company(text: str) -> bool:
    """By a legal form at its end ("a.s.", "GmbH"), or a word that companies have in their names."""
    known = proof_words()
    tokens = [re.sub(r"[^a-z]", "", latin(token)) for token in text.split() if not any(c.isdigit() for c in token)]
    if len(tokens) < 2 or tokens[0] in known.papers:
        return False
    # "Sp. z o.o." and "a. s." are several tokens
    ends = {"".join(tokens[-count:]) for count in (1, 2, 3) if count < len(tokens)}
    return bool(ends & known.companies) or any(len(token) > _SHORT_FORM and token in known.companies for token in tokens)


def _issuer(pages: Sequence[Page]) -> Found | None:
    """A company in the first third of the first page, the largest print first; else the largest print that is no title."""
    if not pages or not pages[0].pieces:
        return None
    page = pages[0]
    known = proof_words()
    top = [piece for piece in page.pieces if piece.box[1] < page.size[1] / 3 and sum(c.isalpha() for c in piece.text) >= 3]
    companies = [piece for piece in top if is_company(_company_name(piece.text))]
    others = [
        piece
        for piece in top
        if latin(piece.text) not in known.papers
        and not any(character.isdigit() for character in piece.text)
        and not known.people.at_start(piece.text)
    ]
    best = max(companies or others, key=lambda piece: piece.height, default=None)
    if best is None:
        return None
    text = _company_name(best.text)
    label = known.people.at_start(text)
    if label is not None and label.role == "supplier" and label.rest:
        text = label.rest
    return Found(text, best.confidence, best.page, best.quad)


def _company_name(text: str) -> str:
    """The first part of a line, with the legal form that a comma sets apart ("Vzorová banka, a.s.")."""
    first, *others = [part.strip() for part in re.split(r"[,·•|]", text)]
    tight = re.sub(r"[^a-z]", "", latin(others[0])) if others else ""
    return f"{first}, {others[0]}" if tight in proof_words().companies else first


# --- dates and amounts ---------------------------------------------------------------------------------------------


def _dates(page: Page, today: str) -> list[FoundDate]:
    found: list[FoundDate] = []
    for piece in page.pieces:
        dated = dates_in(_plain_date(piece.text), tense=Tense.PAST, today=today)
        if not dated:
            continue
        role = _date_role(page, piece)
        if len(dated) > 1 and role in (DateRole.ISSUED, DateRole.UNLABELLED):
            role = DateRole.PERIOD if len(dated) == 2 else DateRole.OTHER
        if role is DateRole.UNLABELLED and len(piece.text) > _SHORT:
            role = DateRole.OTHER
        slashes = _SLASHED.search(piece.text) is not None
        for date in dated:
            # 06/08/2025 has two readings; with dots or dashes the day stands first everywhere
            kept = date if slashes else PrintedDate(date.value)
            found.append(FoundDate(kept, role, Found(piece.text, piece.confidence, piece.page, piece.quad)))
    return found


def _plain_date(text: str) -> str:
    """ "3 de junio de 2025", "3rd June 2025" -> "3 junio 2025", "3 June 2025"."""
    text = re.sub(r"(?<=\d)\s+de\s+(?=[^\W\d])|(?<=[^\W\d])\s+de\s+(?=\d{4})", " ", text)
    return re.sub(r"(?<=\d)(?:st|nd|rd|th)(?![^\W\d])", "", text)


def _day_first(dates: Sequence[FoundDate], amounts: Sequence[FoundAmount], pages: Sequence[Page]) -> list[FoundDate]:
    """One reading for 06/08/2025 where the proof itself tells: by another date, or by a currency other than dollars."""
    slashed = [match for page in pages for piece in page.pieces for match in _SLASHED.finditer(piece.text)]
    day_first = any(int(match[1]) > 12 >= int(match[2]) for match in slashed)
    month_first = any(int(match[2]) > 12 >= int(match[1]) for match in slashed)
    currencies = {one.amount.currency for one in amounts}
    if not month_first and (day_first or (currencies and "USD" not in currencies)):
        return [replace(one, date=PrintedDate(one.date.value)) for one in dates]
    if month_first and not day_first:
        return [replace(one, date=PrintedDate(one.date.other or one.date.value)) for one in dates]
    return list(dates)


def _date_role(page: Page, piece: Piece) -> DateRole:
    """By the label in its own text, else left of it in its row, else over it."""
    labels = proof_words().dates
    before = re.split(r"\d", piece.text, maxsplit=1)[0]
    for text in (before, *(before[match.end() :] for match in re.finditer(r"[,;:.]\s+|\s{2,}", before))):
        label = labels.at_start(text) if text.strip() else None
        if label is not None:
            return DateRole(label.role)
    if len(re.findall(r"[^\W\d]{4,}", before)) > 3:
        return DateRole.OTHER  # in the middle of a sentence
    own = [word for word in re.findall(r"[^\W\d]{2,}", before)]
    for other in page.left_of(piece)[:1]:
        label = labels.at_start(other.text)
        if label is not None:
            return DateRole(label.role)
        if not own and any(character.isalpha() for character in other.text):
            return DateRole.OTHER  # labelled by something that is not known here
    over = page.above(piece, lines=1.8) if not own else None
    if over is not None:
        label = labels.at_start(over.text)
        if label is not None:
            return DateRole(label.role)
    return DateRole.UNLABELLED


def _amounts(page: Page) -> list[FoundAmount]:
    labels = proof_words().amounts
    found: list[FoundAmount] = []
    for piece in page.pieces:
        for amount in amounts_in(piece.text):
            label = labels.at_start(piece.text)
            for other in page.left_of(piece) if label is None else ():
                label = labels.at_start(other.text)
                if label is not None:
                    break
            if label is None and (over := page.above(piece, lines=1.8)) is not None:
                label = labels.at_start(over.text)
                if label is not None and label.role == "total" and " " not in label.label:
                    label = None  # "Amount" over a column
            found.append(FoundAmount(amount, label.role if label else "", Found(piece.text, piece.confidence, piece.page, piece.quad)))
    return found
