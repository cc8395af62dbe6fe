"""What every customer store promises, over the encrypted one and the fake."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.errors import BadInput, ErrorCode, KioskBug, StoreFault
from kiosk.domain.face import Embedding
from kiosk.ports import CustomerStore, StepCommit
from kiosk.store.customers import open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.memory_store import MemoryCustomerStore

AT = "2025-06-01T10:00:00.000Z"
LATER = "2025-06-01T10:01:00.000Z"
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40


@pytest.fixture(params=["sql", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CustomerStore]:
    made: CustomerStore = MemoryCustomerStore() if request.param == "memory" else open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield made
    made.close()


def step(name: str, *, customer: str = "c1", at: str = AT, **changes: object) -> StepCommit:
    return StepCommit(customer_id=customer, step=name, at=at, **{"facts": {}, "blobs": {}, **changes})  # type: ignore[arg-type]


def test_a_begun_customer_is_in_progress_with_nothing_known(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    customer = store.load("c1")
    assert (customer.id, customer.workflow, customer.status) == ("c1", "branch", "IN_PROGRESS")
    assert (customer.created_at, customer.updated_at) == (AT, AT)
    assert (customer.steps, dict(customer.facts), customer.blobs) == ((), {}, ())


def test_a_customer_begins_once(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    with pytest.raises(BadInput) as caught:
        store.begin("c1", "branch", LATER)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_committed_step_gives_back_its_facts_and_blobs(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    fact = {"name": "Žaneta Ľ", "score": 0.5, "list": [1, None, True], "deep": {"a": []}}
    store.commit(step("front", at=LATER, facts={"document.front": fact}, blobs={"document.front.picture": PICTURE, "empty": b""}))
    customer = store.load("c1")
    assert customer.facts == {"document.front": fact}
    assert set(customer.blobs) == {"document.front.picture", "empty"}
    assert store.blob("c1", "document.front.picture") == PICTURE
    assert store.blob("c1", "empty") == b""
    assert customer.steps == (("front", LATER),)
    assert customer.updated_at == LATER


def test_a_later_step_replaces_facts_and_blobs_of_the_same_name_only(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    store.commit(step("one", facts={"a": 1, "b": 1}, blobs={"x": b"old", "y": b"kept"}))
    store.commit(step("two", facts={"a": 2}, blobs={"x": b"new"}))
    assert store.load("c1").facts == {"a": 2, "b": 1}
    assert (store.blob("c1", "x"), store.blob("c1", "y")) == (b"new", b"kept")


def test_forget_drops_names_and_prefixes_before_the_new_is_put_in(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    names = ("document.front", "document.front.text", "document.frontier", "selfie")
    store.commit(step("one", facts={name: 1 for name in names}, blobs={name: name.encode() for name in names}))
    store.commit(step("two", forget=frozenset({"document.front.", "selfie"}), facts={"selfie": 2}, blobs={"document.front.text": b"new"}))
    customer = store.load("c1")
    assert customer.facts == {"document.front": 1, "document.frontier": 1, "selfie": 2}
    assert set(customer.blobs) == {"document.front", "document.frontier", "document.front.text"}
    assert store.blob("c1", "document.front.text") == b"new"


@pytest.mark.parametrize("wild", ["%.", "_.", "d%", "*."])
def test_forget_knows_no_wildcards(store: CustomerStore, wild: str) -> None:
    store.begin("c1", "branch", AT)
    store.commit(step("one", facts={"document.front": 1}, blobs={"document.front": b"1"}))
    store.commit(step("two", forget=frozenset({wild})))
    assert store.load("c1").facts == {"document.front": 1}
    assert store.load("c1").blobs == ("document.front",)


def test_forgetting_what_is_not_there_is_no_error(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    store.commit(step("one", forget=frozenset({"never", "never."})))
    assert store.load("c1").steps == (("one", AT),)


def test_steps_keep_the_order_in_which_they_were_confirmed(store: CustomerStore) -> None:
    """Also when the customer went back: a step confirmed again stands twice, and the last line is where they are."""
    store.begin("c1", "branch", AT)
    for name in ("consent", "front", "selfie", "front"):
        store.commit(step(name))
    assert [name for name, _ in store.load("c1").steps] == ["consent", "front", "selfie", "front"]


def test_status_changes_only_when_given(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    store.commit(step("one"))
    assert store.load("c1").status == "IN_PROGRESS"
    store.commit(step("two", status="FINISHED"))
    store.commit(step("three"))
    assert store.load("c1").status == "FINISHED"


def test_customers_come_newest_first_with_their_own_facts(store: CustomerStore) -> None:
    for name, at in (("old", "2025-01-01T00:00:00.000Z"), ("new", "2025-03-01T00:00:00.000Z"), ("mid", "2025-02-01T00:00:00.000Z")):
        store.begin(name, "branch", at)
        store.commit(step("one", customer=name, facts={"who": name}, blobs={name: b"1"}))
    found = store.customers()
    assert [customer.id for customer in found] == ["new", "mid", "old"]
    assert [customer.facts["who"] for customer in found] == ["new", "mid", "old"]
    assert [customer.blobs for customer in found] == [("new",), ("mid",), ("old",)]


def test_of_two_begun_in_the_same_moment_the_later_is_the_newer(store: CustomerStore) -> None:
    for name in ("b", "a", "c"):
        store.begin(name, "branch", AT)
    assert [customer.id for customer in store.customers()] == ["c", "a", "b"]


def test_a_deleted_customer_is_gone_and_the_others_stay(store: CustomerStore) -> None:
    for name in ("c1", "c2"):
        store.begin(name, "branch", AT)
        store.commit(step("one", customer=name, facts={"a": 1}, blobs={"x": name.encode()}))
    store.delete("c1", LATER)
    for gone in (lambda: store.load("c1"), lambda: store.blob("c1", "x"), lambda: store.delete("c1", LATER)):
        with pytest.raises(BadInput) as caught:
            gone()
        assert caught.value.code is ErrorCode.CUSTOMER_NOT_FOUND
    assert [customer.id for customer in store.customers()] == ["c2"]
    assert store.blob("c2", "x") == b"c2"


def test_nobody_commits_to_an_unknown_customer(store: CustomerStore) -> None:
    with pytest.raises(BadInput) as caught:
        store.commit(step("one", customer="nobody", facts={"a": 1}))
    assert caught.value.code is ErrorCode.CUSTOMER_NOT_FOUND
    assert store.customers() == ()


def test_a_blob_that_was_never_given_is_bad_input(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    with pytest.raises(BadInput) as caught:
        store.blob("c1", "selfie")
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


@pytest.mark.parametrize("value", [float("nan"), b"bytes", object()])
def test_a_fact_that_is_not_json_is_our_bug_and_changes_nothing(store: CustomerStore, value: object) -> None:
    store.begin("c1", "branch", AT)
    with pytest.raises(KioskBug):
        store.commit(step("one", facts={"a": value}, blobs={"x": b"1"}))
    assert store.load("c1").steps == ()
    assert store.load("c1").blobs == ()


def test_many_threads_lose_nothing(store: CustomerStore) -> None:
    errors: list[BaseException] = []

    def one(number: int) -> None:
        try:
            name = f"c{number}"
            store.begin(name, "branch", AT)
            for turn in range(3):
                store.commit(step(f"s{turn}", customer=name, facts={"turn": turn}, blobs={"x": bytes([turn])}))
                assert store.blob(name, "x") == bytes([turn])
                assert store.load(name).facts == {"turn": turn}
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert all([name for name, _ in customer.steps] == ["s0", "s1", "s2"] for customer in store.customers())
    assert len(store.customers()) == 6


# --- face templates ------------------------------------------------------------------------------------------------


def face(*numbers: float, model: str = "m") -> Embedding:
    return Embedding(numbers, model)


def stored(store: CustomerStore, model: str = "m") -> dict[str, list[float]]:
    ids, vectors = store.templates(model)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(ids)
    return {customer: vector.tolist() for customer, vector in zip(ids, vectors, strict=True)}


def test_a_store_without_templates_gives_none(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    store.commit(step("one"))
    ids, vectors = store.templates("m")
    assert (ids, vectors.size) == ((), 0)


def test_templates_come_back_as_float32_with_their_customers(store: CustomerStore) -> None:
    for name, number in (("c1", 0.1), ("c2", -2.5)):
        store.begin(name, "branch", AT)
        store.commit(step("selfie", customer=name, template=face(number, 1.0, 3e-8)))
    assert stored(store) == {name: np.array([number, 1.0, 3e-8], np.float32).tolist() for name, number in (("c1", 0.1), ("c2", -2.5))}


def test_a_template_is_kept_per_model_and_replaced_within_it(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    store.commit(step("one", template=face(1, 2)))
    store.commit(step("two", template=face(1, 2, 3, model="other")))
    store.commit(step("three", template=face(5, 6)))
    store.commit(step("four"))
    assert stored(store) == {"c1": [5, 6]}
    assert stored(store, "other") == {"c1": [1, 2, 3]}
    assert stored(store, "never") == {}


@pytest.mark.parametrize(("forgotten", "kept"), [({"selfie", "selfie."}, False), ({"selfie"}, False), ({"document.front", "self"}, True)])
def test_the_template_is_forgotten_with_the_selfie(store: CustomerStore, forgotten: set[str], kept: bool) -> None:
    for name in ("c1", "c2"):
        store.begin(name, "branch", AT)
        store.commit(step("selfie", customer=name, template=face(1, 2)))
        store.commit(step("selfie", customer=name, template=face(1, 2, model="other")))
    store.commit(step("back", forget=frozenset(forgotten)))
    assert set(stored(store)) == set(stored(store, "other")) == ({"c1", "c2"} if kept else {"c2"})


def test_a_selfie_taken_again_forgets_the_old_template_and_keeps_the_new(store: CustomerStore) -> None:
    store.begin("c1", "branch", AT)
    store.commit(step("selfie", template=face(1, 2, model="old")))
    store.commit(step("selfie", template=face(3, 4), forget=frozenset({"selfie", "selfie."})))
    assert (stored(store), stored(store, "old")) == ({"c1": [3, 4]}, {})


def test_templates_are_erased_with_their_customer(store: CustomerStore) -> None:
    for name in ("c1", "c2"):
        store.begin(name, "branch", AT)
        store.commit(step("selfie", customer=name, template=face(1, 2)))
    store.delete("c1", LATER)
    assert set(stored(store)) == {"c2"}


@pytest.mark.parametrize("numbers", [(), (1.0, float("nan")), (float("inf"), 1.0), (1.0, 2.0, 3.0)])
def test_a_template_that_cannot_be_one_is_our_bug_and_changes_nothing(store: CustomerStore, numbers: tuple[float, ...]) -> None:
    """Empty, not finite, or of another length than its model's others."""
    store.begin("c1", "branch", AT)
    store.commit(step("selfie", template=face(1, 2)))
    store.begin("c2", "branch", AT)
    with pytest.raises(KioskBug):
        store.commit(step("selfie", customer="c2", facts={"a": 1}, template=face(*numbers)))
    assert stored(store) == {"c1": [1, 2]}
    assert store.load("c2").facts == {}


def test_a_closed_store_says_so(store: CustomerStore) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreFault) as caught:
        store.begin("c1", "branch", AT)
    assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
    with pytest.raises(StoreFault):
        store.customers()
    with pytest.raises(StoreFault):
        store.templates("m")


def test_who_is_deleted_is_not_named_by_others_either(store: CustomerStore) -> None:
    """As those found with a face, and as what an execution searched for: nothing else of the others changes."""
    gone, stays = {"customer": "c1", "score": 0.9}, {"customer": "c3", "score": 0.8}

    def execution(*findings: str) -> dict[str, object]:
        data = {"faceSearchFindings": {"status": "DONE", "findings": list(findings)}}
        return {"id": "x", "result": {"capabilities": {"imageChecks": [{"id": "1", "data": data}]}, "c1": ["kept"]}}

    for customer in ("c1", "c2", "c3", "c4"):
        store.begin(customer, "branch", AT)
    store.commit(step("decision", customer="c2", facts={"known_as": [gone, stays], "execution.x": execution("c1", "c3"), "note": ["c1"]}))
    store.commit(step("decision", customer="c3", facts={"known_as": [gone]}))
    store.commit(step("decision", customer="c4", facts={"known_as": [{"customer": "c11"}]}))
    store.delete("c1", LATER)
    assert store.load("c2").facts == {"known_as": [stays], "execution.x": execution("c3"), "note": ["c1"]}
    assert dict(store.load("c3").facts) == {}
    assert store.load("c4").facts == {"known_as": [{"customer": "c11"}]}
