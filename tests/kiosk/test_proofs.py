"""Proofs of address and of funds: comparison, findings by layout, verdicts, files that are refused."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.engines.models import ModelLibrary
from kiosk.engines.text_reader import RapidTextReader
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.pdf import pdf_pages
from kiosk.ports import StoredCustomer, TextReader
from kiosk.services.proofs.address import addresses_alike, find_postcode, parse_address
from kiosk.services.proofs.alike import Alike, names_alike
from kiosk.services.proofs.amounts import amounts_in
from kiosk.services.proofs.judge import ProofKind, ProofResult, ProofSubject, judge_proof
from kiosk.services.proofs.reader import ProofFile, ProofLimits, ProofReader
from kiosk.services.proofs.records import proof_blobs, proof_json
from kiosk.services.proofs.stored import stored_subject
from kiosk.specimens.bill_pdf import scan_pdf, text_pdf
from kiosk.specimens.bills import FUNDS_LAYOUTS, LANGUAGES, LAYOUTS, Bill, bill, picture

TODAY = "2025-07-01"
ISSUED, DUE = "2025-06-03", "2025-06-24"


def no_engine() -> TextReader:
    pytest.fail("a PDF with a text layer needs no text engine")


def read(made: Bill, kind: ProofKind, *, name: str = "", address: tuple[str, ...] = (), today: str = TODAY) -> ProofResult:
    reading = ProofReader(no_engine, lambda: today).read([ProofFile("bill.pdf", text_pdf([made]))])
    subject = ProofSubject(name or made.truth.name, address or made.truth.address)
    return judge_proof(reading, subject, kind, today=today)


def sample(layout: str = "window", language: str = "sk", seed: int = 0, issued: str = ISSUED) -> Bill:
    return bill(layout, language, seed=seed, issued=issued, due=DUE)


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("customer", "printed", "alike"),
    [
        ("Jana Nováková", "Ing. Jana Novakova, PhD.", Alike.SAME),
        ("Jana Nováková", "NOVÁKOVÁ Jana", Alike.SAME),
        ("Jürgen Müller", "Herr Juergen Mueller", Alike.SAME),
        ("Łukasz Żak", "LUKASZ ZAK", Alike.SAME),
        ("Ivan Petrenko", "Іван Петренко", Alike.SAME),
        ("Anna Maria Novak", "Anna Novak", Alike.SAME),
        ("Anna Novak", "Anna Maria Novak", Alike.SAME),
        ("Grace O'Neill", "Grace O’Neill", Alike.SAME),  # noqa: RUF001
        ("Jana Novák", "Jana & Peter Novák", Alike.SAME),
        ("Peter Novák", "Jana a Peter Novák", Alike.SAME),
        ("Jana Novák", "Jana Kovács & Peter Novák", Alike.DIFFERENT),
        ("Peter Novák", "P. Novák", Alike.UNSURE),
        ("Lucía Muestra Peña", "Lucía Muestra", Alike.UNSURE),
        ("Jana Novotná", "Jana Novotny", Alike.UNSURE),
        ("Jana Nováková", "Peter Novák", Alike.DIFFERENT),
        ("Jana Nováková", "Jana Horváthová", Alike.DIFFERENT),
        ("Jana Nováková", "", Alike.DIFFERENT),
    ],
)
def test_names_are_compared_whatever_their_order_script_and_titles(customer: str, printed: str, alike: Alike) -> None:
    assert names_alike(customer, printed) is alike


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Hlavná 12, 811 01 Bratislava", "Hlavna ul. 12, 81101 Bratislava, Slovensko", Alike.SAME),
        ("Hlavná 1234/12, 811 01 Bratislava", "ulica Hlavná 12, SK-811 01 Bratislava - Staré Mesto", Alike.SAME),
        ("Hauptstraße 5 a, 10115 Berlin", "Hauptstr. 5A, D-10115 Berlin, Deutschland", Alike.SAME),
        ("12 High Street, London SW1A 1AA", "Flat 4, 12 High St, London, SW1A 1AA, United Kingdom", Alike.SAME),
        ("ul. Długa 7/4, 00-238 Warszawa", "Dluga 7 m. 4, 00-238 WARSZAWA, Polska", Alike.SAME),
        ("Calle de Alcalá, 45, 3º B, 28014 Madrid", "C/ de Alcala 45, 28014 Madrid", Alike.SAME),
        ("Dolná Ves 45, 972 01 Bojnice", "Dolná Ves 45, Bojnice", Alike.SAME),
        ("811 01 Bratislava, Hlavná 12", "Hlavná 12, 811 01 Bratislava", Alike.SAME),
        ("Hlavná 12, 811 01 Bratislava", "Hlavná 14, 811 01 Bratislava", Alike.DIFFERENT),
        ("Hlavná 12, 811 01 Bratislava", "Dolná 12, 811 01 Bratislava", Alike.DIFFERENT),
        ("Hlavná 12, 811 01 Bratislava", "Hlavná 12, 040 11 Košice", Alike.DIFFERENT),
        ("Hlavná 12, 811 01 Bratislava, Slovensko", "Hlavná 12, 811 01 Bratislava, Česko", Alike.DIFFERENT),
        ("ul. Długa 7/4, 00-238 Warszawa", "ul. Długa 4, 00-238 Warszawa", Alike.UNSURE),
        ("Flat 4, 12 High St, London SW1A 1AA", "Flat 5, 12 High St, London SW1A 1AA", Alike.UNSURE),
        ("Hlavná 12, 811 01 Bratislava", "811 01 Bratislava", Alike.UNSURE),
        ("Hlavná 12, 811 01 Bratislava", "", Alike.UNSURE),
    ],
)
def test_addresses_are_compared_part_by_part(one: str, other: str, alike: Alike) -> None:
    assert addresses_alike(parse_address([one]), parse_address([other])) is alike
    assert addresses_alike(parse_address([other]), parse_address([one])) is alike


@pytest.mark.parametrize("text", ["Variabilný symbol 12", "tel.", "12/34", "Novák"])
def test_what_is_no_postcode_is_taken_for_none(text: str) -> None:
    assert find_postcode(text) is None


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("Total £1,234.56", "1234.56", "GBP"),
        ("1 234,56 €", "1234.56", "EUR"),
        ("EUR 1.234,56", "1234.56", "EUR"),
        ("1.234 €", "1234", "EUR"),
        ("-12,5 zł", "-12.5", "PLN"),
        ("12 500 Kč", "12500", "CZK"),
    ],
)
def test_amounts_are_read_as_their_country_writes_them(text: str, value: str, currency: str) -> None:
    (amount,) = amounts_in(text)
    assert (str(amount.value), amount.currency) == (value, currency)


def test_a_number_without_a_currency_is_no_amount() -> None:
    assert amounts_in("2025061850, 03.06.2025, 12 kWh") == ()


# --- verdicts ------------------------------------------------------------------------------------------------------


EVERY = [(layout, language) for number, layout in enumerate(LAYOUTS) for language in (LANGUAGES * 2)[number % 5 : number % 5 + 2]]
"""Each layout in two languages, each language in two layouts or more; all thirty: docs/guides/proofs.md."""


@pytest.mark.parametrize(("layout", "language"), EVERY)
def test_every_layout_and_every_language_proves_its_own_holder(layout: str, language: str) -> None:
    made = sample(layout, language)
    result = read(made, ProofKind.ADDRESS)
    assert (result.check.status, result.check.label) == (CheckStatus.PASSED, CheckLabel.OK)
    assert result.issued is not None
    assert result.issued.date.value == ISSUED
    assert result.age_days == 28
    assert result.issuer is not None
    assert result.issuer.text == made.truth.issuer
    if layout in FUNDS_LAYOUTS:
        funds = read(made, ProofKind.FUNDS)
        assert funds.check.status is CheckStatus.PASSED
        assert made.truth.balance in [int(one.amount.value * 100) for one in funds.amounts]
        assert {one.amount.currency for one in funds.amounts} == {made.truth.currency}


def label(result: ProofResult) -> tuple[CheckStatus, CheckLabel]:
    return result.check.status, result.check.label


@pytest.mark.parametrize("layout", ["window", "window-right", "boxes", "labelled", "statement"])
def test_another_customer_is_told_what_differs(layout: str) -> None:
    made = sample(layout, "de")
    assert label(read(made, ProofKind.ADDRESS, name="Erika Beispiel")) == (CheckStatus.WARNING, CheckLabel.NAME_DIFFERS)
    elsewhere = read(made, ProofKind.ADDRESS, address=("Nebenweg 3", "20095 Hamburg"))
    assert label(elsewhere) == (CheckStatus.WARNING, CheckLabel.ADDRESS_DIFFERS)


def test_the_issuers_own_address_proves_nothing() -> None:
    made = sample("boxes", "sk")
    _, own, town = [entry for entry in made.texts if entry.x == 22 and 44 < entry.y < 60]
    result = read(made, ProofKind.ADDRESS, address=(own.text, town.text))
    assert label(result) == (CheckStatus.WARNING, CheckLabel.ADDRESS_DIFFERS)


def test_a_letter_about_somebody_else_proves_nothing() -> None:
    made = sample("letter", "en")
    assert label(read(made, ProofKind.ADDRESS, name="Peter Otherman"))[0] is CheckStatus.WARNING
    assert label(read(made, ProofKind.FUNDS, name="Peter Otherman"))[0] is CheckStatus.WARNING


@pytest.mark.parametrize(("days", "status"), [(0, CheckStatus.PASSED), (90, CheckStatus.PASSED), (91, CheckStatus.REJECTED)])
def test_a_proof_is_good_for_ninety_days(days: int, status: CheckStatus) -> None:
    issued = (date.fromisoformat(TODAY) - timedelta(days=days)).isoformat()
    check = read(sample(issued=issued), ProofKind.ADDRESS).check
    assert check.status is status
    assert check.label is (CheckLabel.TOO_OLD if status is CheckStatus.REJECTED else CheckLabel.OK)
    assert check.params["date"] == issued


def test_a_proof_of_the_future_is_not_believed() -> None:
    assert label(read(sample(issued="2025-07-02"), ProofKind.ADDRESS)) == (CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE)


def test_without_anybody_to_compare_with_nothing_is_judged() -> None:
    reading = ProofReader(no_engine, lambda: TODAY).read([ProofFile("bill.pdf", text_pdf([sample()]))])
    for subject in (ProofSubject(""), ProofSubject("Jana Nováková"), ProofSubject("", ("Hlavná 1", "811 01 Bratislava"))):
        check = judge_proof(reading, subject, ProofKind.ADDRESS, today=TODAY).check
        assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_white_text_that_nobody_sees_does_not_count() -> None:
    made = sample("window", "sk")
    forged = text_pdf([made], hidden=[(20, 150, "Peter Podvodný"), (20, 154.8, "Krátka 1"), (20, 159.6, "010 01 Žilina")])
    reading = ProofReader(no_engine, lambda: TODAY).read([ProofFile("bill.pdf", forged)])
    result = judge_proof(reading, ProofSubject("Peter Podvodný", ("Krátka 1", "010 01 Žilina")), ProofKind.ADDRESS, today=TODAY)
    assert result.check.label is CheckLabel.NAME_DIFFERS
    assert not any("Podvod" in piece.text for page in reading.pages for piece in page.pieces)


# --- pictures ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(model_library: ModelLibrary) -> TextReader:
    paths = (model_library.best("text_detection"), model_library.best("text_recognition"))
    return RapidTextReader(*(model_library.path(info.id) for info in paths if info is not None))


def test_a_scan_is_read_by_the_text_engine_with_places_in_the_picture(engine: TextReader) -> None:
    made = sample("window-right", "sk")
    image = picture(made)
    reading = ProofReader(lambda: engine, lambda: TODAY).read([ProofFile("scan.pdf", scan_pdf([image]))])
    result = judge_proof(reading, ProofSubject(made.truth.name, made.truth.address), ProofKind.ADDRESS, today=TODAY)
    assert result.check.label is CheckLabel.OK
    assert result.name is not None
    (x0, y0), _, (x1, y1), _ = result.name.quad
    name = next(entry for entry in made.texts if entry.text == made.truth.name)
    scale = image.shape[1] / 210
    assert abs(x0 - name.x * scale) < 8
    assert y0 < name.y * scale < y1 + 4
    assert x1 > x0


def test_a_page_upside_down_is_turned(engine: TextReader) -> None:
    made = sample("labelled", "en")
    turned = np.ascontiguousarray(np.rot90(picture(made), 2))
    reading = ProofReader(lambda: engine, lambda: TODAY).read([ProofFile("photo.jpg", encode_jpeg(turned))])
    result = judge_proof(reading, ProofSubject(made.truth.name, made.truth.address), ProofKind.ADDRESS, today=TODAY)
    assert result.check.label is CheckLabel.OK


def test_a_blank_page_is_not_judged(engine: TextReader) -> None:
    blank = encode_jpeg(np.full((800, 600, 3), 250, np.uint8))
    reading = ProofReader(lambda: engine, lambda: TODAY).read([ProofFile("blank.jpg", blank)])
    check = judge_proof(reading, ProofSubject("Jana N", ("Hlavná 1", "811 01 Bratislava")), ProofKind.ADDRESS, today=TODAY).check
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.LOW_QUALITY)


# --- files ---------------------------------------------------------------------------------------------------------

ENCRYPTED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<41><41>]/Size 5>>\n%%EOF\n"
)


def refused(data: bytes, **limits: int) -> BadInput:
    with pytest.raises(BadInput) as caught:
        ProofReader(no_engine, lambda: TODAY, limits=ProofLimits(**limits)).read([ProofFile("file", data)])
    return caught.value


def test_pdfs_that_cannot_be_read_are_refused_with_the_reason() -> None:
    whole = text_pdf([sample()])
    for data, reason in ((ENCRYPTED, "ENCRYPTED"), (b"%PDF-1.7\nnothing", "DAMAGED"), (whole[:300], "DAMAGED")):
        error = refused(data)
        assert (error.code, error.params["reason"]) == (ErrorCode.PDF_UNSUPPORTED, reason)


def test_too_many_pages_and_too_large_files_are_refused() -> None:
    three = text_pdf([sample()] * 3)
    assert refused(three, max_pages=2).params["reason"] == "PAGES"
    assert refused(three, max_bytes=1000).code is ErrorCode.IMAGE_BYTES_EXCEEDED
    reader = ProofReader(no_engine, lambda: TODAY, limits=ProofLimits(max_pages=4))
    with pytest.raises(BadInput) as caught:
        reader.read([ProofFile("one", three), ProofFile("two", three)])
    assert caught.value.params["reason"] == "PAGES"


def test_a_page_of_a_thousand_metres_is_rendered_no_larger_than_allowed() -> None:
    (page,) = pdf_pages(text_pdf([sample()]), max_pages=1, max_side_px=500)
    assert max(page.image.shape[:2]) <= 500


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\xff\xd8\xff\xe0 half"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data).code in (ErrorCode.IMAGE_EMPTY, ErrorCode.IMAGE_UNREADABLE, ErrorCode.IMAGE_TRUNCATED)


def test_several_files_are_the_pages_of_one_proof() -> None:
    first, second = sample("letter", "en"), sample("window", "en")
    reading = ProofReader(no_engine, lambda: TODAY).read([ProofFile("1", text_pdf([first])), ProofFile("2", text_pdf([second]))])
    assert [page.number for page in reading.pages] == [1, 2]
    result = judge_proof(reading, ProofSubject(second.truth.name, second.truth.address), ProofKind.ADDRESS, today=TODAY)
    assert result.name is not None
    assert result.name.page == 2


# --- records -------------------------------------------------------------------------------------------------------


def test_files_are_kept_as_they_were_given() -> None:
    data = b"%PDF-anything"
    assert proof_blobs(ProofKind.FUNDS, [ProofFile("a", data), ProofFile("b", b"x")]) == {"proof.funds.1": data, "proof.funds.2": b"x"}


def test_the_record_names_every_finding_with_its_place() -> None:
    body = proof_json(read(sample("statement", "sk"), ProofKind.FUNDS))
    assert set(body) == {"check", "name", "address", "issuer", "issuedOn", "amounts"}
    name = body["name"]
    assert isinstance(name, dict)
    assert (name["page"], name["alike"]) == (1, "SAME")
    assert isinstance(body["amounts"], list)
    assert body["amounts"]


def test_a_stored_customer_is_compared_by_what_the_document_says() -> None:
    fields = {
        "givenNames": {"visualZone": "Jana"},
        "surname": {"mrz": "NOVAKOVA"},
        "document": {"additionalTexts": {"address": {"visualZone": "Hlavná 1, 811 01 Bratislava"}}},
    }
    customer = StoredCustomer("c", "branch", "FINISHED", TODAY, TODAY, (), {"customer": fields}, ())  # type: ignore[dict-item]
    assert stored_subject(customer) == ProofSubject("Jana NOVAKOVA", ("Hlavná 1, 811 01 Bratislava",))
    empty = StoredCustomer("c", "branch", "IN_PROGRESS", TODAY, TODAY, (), {}, ())
    assert stored_subject(empty) == ProofSubject("")


def test_the_checks_carry_the_names_of_their_kind() -> None:
    made = sample("statement", "en")
    checks: list[Check] = [read(made, kind).check for kind in ProofKind]
    assert [check.name for check in checks] == [CheckName.PROOF_OF_ADDRESS, CheckName.PROOF_OF_FUNDS]
