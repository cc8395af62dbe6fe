"""Whether a person was onboarded before: what the check says, whom it names, and that it never says "nobody" of half a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.ports import CustomerStore, Json, StepCommit
from kiosk.services.known_person import KnownPeople, earlier_records, is_same_person
from kiosk.services.stored_person import StoredPerson
from kiosk.store.customers import open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.memory_store import MemoryCustomerStore
from tests.fakes.templates import VectorMatcher, people, seen_again, template

AT = "2025-06-01T10:00:00.000Z"
FACES = people(5)
JANA = StoredPerson("Jana Nováková", "1985-08-06")


@pytest.fixture(params=["sql", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CustomerStore]:
    made: CustomerStore = MemoryCustomerStore() if request.param == "memory" else open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield made
    made.close()


def onboarded(store: CustomerStore, customer: str, face: int, name: str = "Jana Nováková", born: str = "1985-08-06") -> None:
    store.begin(customer, "branch", AT)
    record: dict[str, Json] = {
        "givenNames": {"mrz": name.split()[0]},
        "surname": {"visualZone": name.split()[-1]},
        "dateOfBirth": {"mrz": born},
    }
    commit = StepCommit(customer, "decision", AT, {"customer": record}, {"selfie.crop": b"\xff\xd8\xff"}, template=template(FACES[face]))
    store.commit(commit)


def test_nobody_with_this_face_passes(store: CustomerStore) -> None:
    onboarded(store, "other", 1)
    known = KnownPeople(store, VectorMatcher()).check(seen_again(FACES[0], distance=0.2), JANA)
    assert (known.check.name, known.check.status, known.check.label) == (CheckName.KNOWN_PERSON, CheckStatus.PASSED, CheckLabel.OK)
    assert known.hits == ()
    assert known.check.params["compared"] == "1"
    assert known.check.score is not None
    assert known.check.threshold is not None
    assert known.check.score < known.check.threshold


@pytest.mark.parametrize(
    ("name", "born", "label"),
    [
        ("Jana Nováková", "1985-08-06", CheckLabel.FOUND_SAME_RECORD),
        ("Petra Nováková", "1985-08-06", CheckLabel.FOUND_BEFORE),
        ("Jana Nováková", "1985-08-07", CheckLabel.FOUND_BEFORE),
        ("Jana Nováková", "", CheckLabel.FOUND_BEFORE),
    ],
)
def test_somebody_under_other_data_is_a_warning_and_under_the_same_a_returning_customer(
    store: CustomerStore, name: str, born: str, label: CheckLabel
) -> None:
    onboarded(store, "before", 0, name, born)
    known = KnownPeople(store, VectorMatcher()).check(seen_again(FACES[0], distance=0.2), JANA)
    assert known.check.label is label
    assert known.check.status is (CheckStatus.PASSED if label is CheckLabel.FOUND_SAME_RECORD else CheckStatus.WARNING)
    assert [hit.customer_id for hit in known.hits] == ["before"]


def test_one_other_name_among_returns_of_the_same_is_a_warning(store: CustomerStore) -> None:
    onboarded(store, "a", 0)
    onboarded(store, "b", 0, "Petra Malá")
    known = KnownPeople(store, VectorMatcher()).check(seen_again(FACES[0], distance=0.2), JANA)
    assert known.check.label is CheckLabel.FOUND_BEFORE
    assert {hit.customer_id for hit in known.hits} == {"a", "b"}


def test_a_customer_is_not_found_as_somebody_who_was_here_before(store: CustomerStore) -> None:
    onboarded(store, "self", 0)
    known = KnownPeople(store, VectorMatcher()).check(template(FACES[0]), JANA, customer_id="self")
    assert (known.check.label, known.hits) == (CheckLabel.OK, ())


def test_without_a_template_nothing_was_checked(store: CustomerStore) -> None:
    check = KnownPeople(store, VectorMatcher()).check(None, JANA).check
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


@pytest.mark.logs_warnings
def test_a_store_that_cannot_be_read_is_not_an_empty_one(store: CustomerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_model: str) -> None:
        raise StoreFault(ErrorCode.STORE_DAMAGED, "made up")

    monkeypatch.setattr(store, "templates", broken)
    check = KnownPeople(store, VectorMatcher()).check(template(FACES[0]), JANA).check
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.ENGINE_FAILED)


def test_what_is_kept_and_forgotten_shows_without_loading_again(store: CustomerStore) -> None:
    known = KnownPeople(store, VectorMatcher())
    known.load()
    onboarded(store, "new", 0)
    assert known.find(template(FACES[0])).hits == ()
    known.keep("new", template(FACES[0]))
    assert [hit.customer_id for hit in known.find(template(FACES[0])).hits] == ["new"]
    known.forget("new")
    assert known.find(template(FACES[0])).hits == ()
    assert len(known.load(afresh=True)) == 1


def test_who_was_stored_by_another_process_is_found_at_the_next_check(store: CustomerStore) -> None:
    known = KnownPeople(store, VectorMatcher())
    assert known.check(template(FACES[0]), JANA).hits == ()
    onboarded(store, "elsewhere", 0)
    assert [hit.customer_id for hit in known.check(template(FACES[0]), JANA).hits] == ["elsewhere"]


def test_nothing_of_who_was_erased_elsewhere_stays_in_memory_or_in_the_score(store: CustomerStore) -> None:
    onboarded(store, "gone", 0)
    onboarded(store, "other", 1)
    known = KnownPeople(store, VectorMatcher())
    known.load()
    store.delete("gone", AT)
    found = known.check(template(FACES[0]), JANA).check
    assert found.score is not None
    assert found.score < 0.5
    assert found.params["compared"] == "1"
    assert known.load().customers == {"other"}


def test_somebody_whom_another_process_erased_is_not_named(store: CustomerStore) -> None:
    onboarded(store, "gone", 0)
    known = KnownPeople(store, VectorMatcher())
    known.load()
    store.delete("gone", AT)
    result = known.check(template(FACES[0]), JANA)
    assert (result.check.label, result.hits) == (CheckLabel.OK, ())
    assert len(known.load()) == 0


def test_a_template_of_another_model_is_refused_not_compared(store: CustomerStore) -> None:
    onboarded(store, "a", 0)
    with pytest.raises(BadInput):
        KnownPeople(store, VectorMatcher()).check(template(FACES[0], "other"), JANA)


def onboarded_by_an_old_model(store: CustomerStore, customer: str) -> None:
    store.begin(customer, "branch", AT)
    store.commit(StepCommit(customer, "decision", AT, {}, {}, template=template(FACES[0], "old-model")))


def test_when_all_templates_are_of_an_old_model_nothing_is_said_of_the_person(store: CustomerStore) -> None:
    onboarded_by_an_old_model(store, "a")
    found = KnownPeople(store, VectorMatcher()).check(template(FACES[0]), JANA).check
    assert (found.status, found.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INCONCLUSIVE)
    assert found.params == {"compared": "0", "not_compared": "1"}


def test_how_many_could_not_be_compared_is_said_with_the_answer(store: CustomerStore) -> None:
    onboarded_by_an_old_model(store, "a")
    onboarded_by_an_old_model(store, "b")
    onboarded(store, "c", 1)
    known = KnownPeople(store, VectorMatcher())
    found = known.check(template(FACES[0]), JANA).check
    assert (found.status, found.params["compared"], found.params["not_compared"]) == (CheckStatus.PASSED, "1", "2")
    assert known.not_compared(exclude="a") == 1
    known.keep("b", template(FACES[2]))
    assert known.not_compared() == 1


def test_an_empty_store_is_one_in_which_nobody_is(store: CustomerStore) -> None:
    found = KnownPeople(store, VectorMatcher()).check(template(FACES[0]), JANA).check
    assert (found.status, found.label, found.params["compared"]) == (CheckStatus.PASSED, CheckLabel.OK, "0")


def test_staff_sees_the_records_of_whom_was_found(store: CustomerStore) -> None:
    onboarded(store, "abcdef0123456789", 0)
    onboarded(store, "b", 0, "Petra Malá", "1990-01-01")
    hits = KnownPeople(store, VectorMatcher()).check(template(FACES[0]), JANA).hits
    store.delete("b", AT)
    (record,) = earlier_records(store, hits)
    assert (record.reference, record.name, record.date_of_birth) == ("ABCDEF01", "Jana Nováková", "1985-08-06")
    assert (record.onboarded_on, record.selfie) == ("2025-06-01", b"\xff\xd8\xff")
    assert record.score == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jana Nováková", "NOVAKOVA JANA", True),
        ("Jürgen Groß-Müller", "JUERGEN GROSS MUELLER", True),
        ("Łukasz Żak", "LUKASZ ZAK", True),
        ("Иван Петров", "IVAN PETROV", True),
        ("Jana Nova\u0301kova\u0301", "Jana Nováková", True),
        ("Jana Nováková", "Jana Eva Nováková", False),
        ("Jana Nováková", "Jan Novák", False),
        ("", "", False),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one: str, other: str, same: bool) -> None:
    assert is_same_person(StoredPerson(one, "1985-08-06"), StoredPerson(other, "1985-08-06")) is same
