"""Watchlists: importers of every format, screening, reviews. All persons are invented and say so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.cli import watchlist as command
from kiosk.config import LIST_FORMATS
from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.domain.countries import COUNTRIES
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.domain.sentences import sentence
from kiosk.services.watchlist.formats import ListFormat
from kiosk.services.watchlist.matching import THRESHOLD, name_score
from kiosk.services.watchlist.model import Sex, Subject
from kiosk.services.watchlist.name_tables import ALPHA3_OF, COUNTRY_NAMES
from kiosk.services.watchlist.names import words_of
from kiosk.services.watchlist.review import Review, ReviewReason, Verdict, judged, review_fields, review_of
from kiosk.services.watchlist.screening import WatchlistScreener, capability_json
from kiosk.services.watchlist.shelf import WatchlistShelf
from kiosk.store.customers import open_store
from kiosk.store.keys import KeyPlace
from kiosk.store.watchlists import SqlScreeningReviews

HEADER = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,dataset,"
    "first_seen,last_seen,last_change\n"
)


def row(number: str, name: str, aliases: str = "", birth: str = "", countries: str = "") -> str:
    return f'"{number}","Person","{name}","{aliases}","{birth}","{countries}","","","","","","","Test list","","2025-05-20T00:00:00",""\n'


CSV = HEADER + row("T-1", "Mohammed Testperson", "Магомед Тестперсон", "1970-02-03", "sk;ru") + row("T-2", "Example Samplemann", "", "1961")
JSON = "\n".join(
    json.dumps(body)
    for body in (
        {
            "id": "T-1",
            "caption": "Mohammed Testperson",
            "schema": "Person",
            "target": True,
            "last_seen": "2025-05-20T01:02:03",
            "properties": {"name": ["Mohammed Testperson"], "birthDate": ["1970-02-03"], "nationality": ["sk"], "gender": ["male"]},
        },
        {"id": "A-1", "caption": "Test Road 1", "schema": "Address", "properties": {}},
    )
)
SDN = (
    '101,"TESTPERSON, Mohammed","individual","TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"DOB 03 Feb 1970; nationality Slovakia; Gender Male."\n\x1a'
)
ALT = '101,1,"aka","EXAMPLENAME, Other",-0- \n\x1a'
SDN_XML = """<?xml version="1.0"?><sdnList xmlns="https://example.invalid/XML"><publshInformation><Publish_Date>05/20/2025</Publish_Date>
</publshInformation><sdnEntry><uid>101</uid><firstName>Mohammed</firstName><lastName>TESTPERSON</lastName><sdnType>Individual</sdnType>
<akaList><aka><uid>1</uid><type>a.k.a.</type><firstName>Other</firstName><lastName>EXAMPLENAME</lastName></aka></akaList>
<nationalityList><nationality><country>Slovakia</country></nationality></nationalityList>
<dateOfBirthList><dateOfBirthItem><dateOfBirth>03 Feb 1970</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry></sdnList>"""
EU_XML = """<?xml version="1.0"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2025-05-20T10:00:00">
<sanctionEntity logicalId="7" euReferenceNumber="EU.1.1"><regulation programme="TEST"/><subjectType code="person"/>
<nameAlias wholeName="Mohammed Testperson" gender="M"/><nameAlias firstName="Other" lastName="Examplename"/>
<birthdate birthdate="1970-02-03" year="1970"/><citizenship countryIso2Code="SK"/></sanctionEntity></export>"""
UN_XML = """<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2025-05-20T10:00:00"><INDIVIDUALS><INDIVIDUAL><DATAID>9</DATAID>
<FIRST_NAME>Mohammed</FIRST_NAME><SECOND_NAME>Testperson</SECOND_NAME><NATIONALITY><VALUE>Slovakia</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><ALIAS_NAME>Other Examplename</ALIAS_NAME></INDIVIDUAL_ALIAS><INDIVIDUAL_DATE_OF_BIRTH><FROM_YEAR>1969</FROM_YEAR>
<TO_YEAR>1970</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""
FILES = {
    ListFormat.OPENSANCTIONS_CSV: ("targets.simple.csv", CSV),
    ListFormat.OPENSANCTIONS_JSON: ("entities.ftm.json", JSON),
    ListFormat.OFAC_CSV: ("sdn.csv", SDN),
    ListFormat.OFAC_XML: ("sdn.xml", SDN_XML),
    ListFormat.EU_XML: ("eu.xml", EU_XML),
    ListFormat.UN_XML: ("un.xml", UN_XML),
}


class Day:
    """ports.Clock that stands still."""

    def __init__(self, day: str = "2025-06-01") -> None:
        self.day = day

    def now_utc(self) -> str:
        return f"{self.day}T10:00:00.000Z"

    def today(self) -> str:
        return self.day

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def shelf(tmp_path: Path) -> WatchlistShelf:
    return WatchlistShelf(tmp_path / "watchlists", Day())


def file(folder: Path, form: ListFormat, content: str | None = None) -> Path:
    name, usual = FILES[form]
    (folder / "alt.csv").write_text(ALT)
    (folder / name).write_text(usual if content is None else content, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("form", list(ListFormat))
def test_every_format_is_known_by_its_beginning_and_its_person_is_found(tmp_path: Path, shelf: WatchlistShelf, form: ListFormat) -> None:
    version = shelf.import_list(file(tmp_path, form))
    assert version.format == form
    assert version.source_date == ("" if form is ListFormat.OFAC_CSV else "2025-05-20")
    hits = WatchlistScreener(shelf, Day()).find(Subject("Mohamed TESTPERSON", "1970-02-03", ("SVK",)))
    assert [hit.listed.names[0].lower() for hit in hits] == ["mohammed testperson"]
    assert "COUNTRY_SAME" in hits[0].reasons
    assert {"BIRTH_SAME", "BIRTH_YEAR_SAME"} & set(hits[0].reasons)


@pytest.mark.parametrize("form", list(ListFormat))
def test_half_a_file_changes_nothing(tmp_path: Path, shelf: WatchlistShelf, form: ListFormat) -> None:
    before = shelf.import_list(file(tmp_path, form))
    content = FILES[form][1].rstrip("\x1a\n")
    cut = file(tmp_path, form, content[:-12] if form is not ListFormat.OPENSANCTIONS_JSON else content[:-80])
    with pytest.raises(BadInput) as caught:
        shelf.import_list(cut, form=form)
    assert caught.value.code is ErrorCode.INVALID_DATA
    assert caught.value.params["line"]
    assert shelf.versions() == [before]
    assert WatchlistScreener(shelf, Day()).find(Subject("Mohammed Testperson"))
    assert not list((tmp_path / "watchlists").glob("*/.new-*"))


def test_a_file_with_entities_is_refused(tmp_path: Path, shelf: WatchlistShelf) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><export>&a;</export>'
    with pytest.raises(BadInput, match="entities"):
        shelf.import_list(file(tmp_path, ListFormat.EU_XML, bomb))


def test_a_list_that_lost_most_of_its_entries_is_refused_unless_said(tmp_path: Path, shelf: WatchlistShelf) -> None:
    many = HEADER + "".join(row(f"T-{number}", f"Test Personnummer{number}") for number in range(10))
    shelf.import_list(file(tmp_path, ListFormat.OPENSANCTIONS_CSV, many))
    with pytest.raises(BadInput, match="half a file"):
        shelf.import_list(file(tmp_path, ListFormat.OPENSANCTIONS_CSV))
    assert shelf.import_list(file(tmp_path, ListFormat.OPENSANCTIONS_CSV), allow_shrink=True).entries == 2


def test_a_damaged_list_is_said_not_passed(tmp_path: Path, shelf: WatchlistShelf) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    next((tmp_path / "watchlists").glob("*/*/words.bin")).write_bytes(b"")
    screening = WatchlistScreener(shelf, Day()).screen(Subject("Test Person"), "u-1")
    assert (screening.check.status, screening.check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)
    assert capability_json(screening)["data"] == {"searchDate": "2025-06-01T10:00:00.000Z", "searchStatus": "ERROR"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed Testperson", "Muhammad TESTPERSON"),
        ("Alexander Testperson", "Sasha Testperson"),
        ("Testperson, Anna", "Anna Testperson"),
        ("A. Testperson", "Anna Testperson"),
        ("Dr. Anna Testperson", "Anna Testperson"),
        ("Abd al-Rahman Testperson", "Abdurrahman Testperson"),
        ("Магомед Тестперсон", "Mohammed Testperson"),
        ("Ivan Ivanovich Testperson", "Ivan Testperson"),
        ("Anna Tsetperson", "Anna Testperson"),
        ("Anna Maria Testperson", "Anna Testperson"),
    ],
)
def test_the_same_name_written_otherwise_reaches_the_threshold(one: str, other: str) -> None:
    assert name_score(words_of(one), words_of(other)) >= THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"), [("Anna Testperson", "Anna Samplemann"), ("Anna Testperson", "Peter Testperson"), ("A B", "Anna Beispiel")]
)
def test_one_shared_word_is_a_stranger(one: str, other: str) -> None:
    assert name_score(words_of(one), words_of(other)) < THRESHOLD


def test_birth_country_and_sex_narrow_and_what_is_missing_is_neutral(tmp_path: Path, shelf: WatchlistShelf) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    screener = WatchlistScreener(shelf, Day(), threshold=0.5)

    def score(**known: object) -> float:
        return screener.find(Subject("Mohammed Testpersom", **known))[0].score  # type: ignore[arg-type]

    plain = score()
    assert score(birth="1970-02-03") > score(birth="1970") > plain > score(birth="1971") > score(birth="1940-01-01")
    assert score(countries=("SVK",)) > plain > score(countries=("CZE",))
    assert score(sex=Sex.MALE) == plain > score(sex=Sex.FEMALE)


def test_what_cannot_be_screened_is_not_executed_with_the_reason(tmp_path: Path, shelf: WatchlistShelf) -> None:
    screener = WatchlistScreener(shelf, Day())
    person = Subject("Test Person")
    assert capability_json(screener.screen(person, " "))["decision"] == decision("NOT_EXECUTED", "VALIDATION_FAILED")
    assert screener.screen(person, "u").check.label is CheckLabel.LIST_MISSING
    assert capability_json(screener.screen(person, "u"))["decision"] == decision("NOT_EXECUTED", "INVALID_MERCHANT_SETTINGS")
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    nameless = screener.screen(Subject("- ."), "u")
    assert nameless.check.label is CheckLabel.INPUT_MISSING
    assert capability_json(nameless)["decision"] == decision("NOT_EXECUTED", "NOT_ENOUGH_DATA")


def decision(status: str, label: str) -> dict[str, object]:
    return {"type": status, "details": {"label": label}}


def test_a_stranger_passes_on_fresh_lists_and_warns_on_old_ones(tmp_path: Path, shelf: WatchlistShelf) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    fresh = WatchlistScreener(shelf, Day("2025-06-19")).screen(Subject("Somebody Else"), "u")
    assert (fresh.check.status, fresh.check.label) == (CheckStatus.PASSED, CheckLabel.OK)
    old = WatchlistScreener(shelf, Day("2025-06-20")).screen(Subject("Somebody Else"), "u")
    assert (old.check.status, old.check.label) == (CheckStatus.WARNING, CheckLabel.LIST_OUTDATED)
    assert sentence(old.check)


@pytest.fixture
def reviews(tmp_path: Path) -> Iterator[SqlScreeningReviews[Review]]:
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield SqlScreeningReviews(store._database, review_fields, review_of)
    assert store.verify_audit().intact
    store.close()


def test_a_dismissed_hit_alerts_again_only_when_person_or_entry_changed(
    tmp_path: Path, shelf: WatchlistShelf, reviews: SqlScreeningReviews[Review]
) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    screener = WatchlistScreener(shelf, Day(), reviews)
    person = Subject("Mohammed Testperson", "1971")
    found = screener.screen(person, "u-1")
    assert (found.check.status, found.check.label) == (CheckStatus.WARNING, CheckLabel.ALERT)
    assert capability_json(found)["data"] == {
        "searchDate": "2025-06-01T10:00:00.000Z",
        "searchStatus": "DONE",
        "searchId": found.id,
        "searchReference": "u-1",
        "searchResults": 1,
    }
    reviews.add(judged(found.hits[0], person, "u-1", Verdict.DISMISSED, ReviewReason.OTHER_BIRTH, "staff-1", found.searched_at))
    again = screener.screen(person, "u-1")
    assert (again.check.status, again.check.label) == (CheckStatus.PASSED, CheckLabel.DISMISSED)
    assert screener.screen(person, "u-2").check.label is CheckLabel.ALERT
    assert screener.screen(Subject("Mohammed Testperson", "1970"), "u-1").check.label is CheckLabel.ALERT
    shelf.import_list(file(tmp_path, ListFormat.EU_XML, EU_XML.replace('programme="TEST"', 'programme="TEST2"')))
    changed = screener.screen(person, "u-1")
    assert changed.check.label is CheckLabel.ALERT
    reviews.add(judged(changed.hits[0], person, "u-1", Verdict.CONFIRMED, ReviewReason.SAME_PERSON, "staff-2", changed.searched_at))
    confirmed = screener.screen(person, "u-1").check
    assert (confirmed.status, confirmed.label) == (CheckStatus.WARNING, CheckLabel.CONFIRMED)


def test_a_review_needs_somebody_and_a_reason_that_fits(tmp_path: Path, shelf: WatchlistShelf) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    person = Subject("Mohammed Testperson")
    hit = WatchlistScreener(shelf, Day()).find(person)[0]
    for by, reason in (("", ReviewReason.OTHER_BIRTH), ("staff-1", ReviewReason.SAME_PERSON)):
        with pytest.raises(BadInput):
            judged(hit, person, "u", Verdict.DISMISSED, reason, by, "2025-06-01")


def test_removing_a_list_leaves_the_others(tmp_path: Path, shelf: WatchlistShelf) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    shelf.import_list(file(tmp_path, ListFormat.UN_XML))
    shelf.remove("eu-xml")
    assert [version.name for version in shelf.versions()] == ["un-xml"]
    with pytest.raises(BadInput):
        shelf.remove("../store")


def test_a_version_that_lost_its_files_is_said(tmp_path: Path, shelf: WatchlistShelf) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    next((tmp_path / "watchlists").glob("*/*/list.json")).unlink()
    with pytest.raises(StoreFault):
        shelf.versions()


@pytest.mark.parametrize("lost", ["current", "list.json"])
def test_a_list_that_lost_a_file_is_damaged_not_missing_until_imported_again(tmp_path: Path, shelf: WatchlistShelf, lost: str) -> None:
    """LIST_MISSING is what "if_installed" excuses."""
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    next((tmp_path / "watchlists").rglob(lost)).unlink()
    screening = WatchlistScreener(shelf, Day()).screen(Subject("Mohammed Testperson"), "u-1")
    assert (screening.check.status, screening.check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    assert [version.name for version in shelf.versions()] == ["eu-xml"]


def test_a_folder_that_cannot_be_looked_into_is_not_an_empty_one(tmp_path: Path, shelf: WatchlistShelf) -> None:
    (tmp_path / "watchlists").write_text("a file where the folder should be")
    assert WatchlistScreener(shelf, Day()).screen(Subject("Test Person"), "u-1").check.label is CheckLabel.ENGINE_FAILED


def test_a_removed_list_is_gone_in_one_step_and_a_damaged_one_can_be_removed(
    tmp_path: Path, shelf: WatchlistShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)  # cut off before anything is deleted
        shelf.remove("eu-xml")
    assert WatchlistScreener(shelf, Day()).screen(Subject("Test Person"), "u-1").check.label is CheckLabel.LIST_MISSING
    with shelf.workplace():
        pass
    assert list((tmp_path / "watchlists").iterdir()) == [], "what was left is swept"
    shelf.import_list(file(tmp_path, ListFormat.EU_XML))
    next((tmp_path / "watchlists").rglob("current")).unlink()
    assert shelf.remove("eu-xml") is None
    assert shelf.versions() == []


def test_tables_agree_with_the_rest() -> None:
    assert tuple(form.value for form in ListFormat) == LIST_FORMATS
    assert set(command._REASONS) == {reason.value for reason in ReviewReason} - {"SAME_PERSON"}
    assert not (set(ALPHA3_OF.values()) | set(COUNTRY_NAMES.values())) - COUNTRIES.keys()
