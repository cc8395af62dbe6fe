"""One to many: exact, as the engine itself compares, with a bound that grows with the store."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.models import ModelLibrary
from kiosk.ports import FaceMatcher
from kiosk.services.face_search import MIN_GALLERY, FaceIndex, Metric, metric_of, strangers_bound
from tests.fakes.templates import SIZE, VectorMatcher, people, seen_again, template

KINDS = ["euclidean", "cosine"]


def index_of(vectors: np.ndarray, matcher: FaceMatcher | None = None, **options: float) -> FaceIndex:
    index = FaceIndex(matcher or VectorMatcher(), **options)
    index.add_all([f"c{number}" for number in range(len(vectors))], vectors)
    return index


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# --- exactness -----------------------------------------------------------------------------------------------------


def test_hits_are_those_of_brute_force_in_float64_with_the_engines_own_scores(kind: str) -> None:
    vectors = people(3_000, kind=kind)
    matcher = VectorMatcher(kind, threshold=0.0, borderline=0.0)
    index = index_of(vectors, matcher, fpir=0.999_999)  # a bound so low that all of the ten are hits
    for number in range(0, 3_000, 250):
        wanted = seen_again(vectors[number], kind=kind, distance=0.6, seed=number)
        distances = np.linalg.norm(vectors.astype(np.float64) - np.asarray(wanted.vector), axis=1)
        hits = index.search(wanted, limit=10).hits
        assert hits
        assert [hit.customer_id for hit in hits] == [f"c{row}" for row in np.argsort(distances)[: len(hits)]]
        for hit in hits:
            row = vectors[int(hit.customer_id[1:])]
            assert hit.score == pytest.approx(matcher.compare(wanted, template(row)).score, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_order_of_adding_replacing_and_removing_gives_what_brute_force_gives(data: st.DataObject) -> None:
    """Against a plain dictionary of what should be there."""
    kind = data.draw(st.sampled_from(KINDS))
    pool = people(40, kind=kind, crowds=2)
    matcher = VectorMatcher(kind, threshold=0.0, borderline=0.0)
    index, expected = FaceIndex(matcher), dict[str, np.ndarray]()
    for _ in range(data.draw(st.integers(1, 40))):
        name, vector = f"c{data.draw(st.integers(0, 12))}", pool[data.draw(st.integers(0, 39))]
        if data.draw(st.booleans()):
            index.add(name, template(vector))
            expected[name] = vector
        else:
            assert index.remove(name) is (expected.pop(name, None) is not None)
    assert len(index) == len(expected)
    wanted, exclude = template(pool[0]), data.draw(st.sampled_from(["", "c1", "nobody"]))
    scores = {name: matcher.compare(wanted, template(vector)).score for name, vector in expected.items() if name != exclude}
    hits = index.search(wanted, limit=20, exclude=exclude).hits
    assert {hit.customer_id for hit in hits} == set(scores)
    assert [hit.score for hit in hits] == pytest.approx(sorted(scores.values(), reverse=True), abs=1e-6)


def test_what_crosses_from_block_to_block_is_found_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.services.face_search._ROWS", 7)
    vectors = people(50)
    index = index_of(vectors[:20])
    index.add_all([f"c{number}" for number in range(15, 50)], vectors[15:])  # five are replaced
    for number in (0, 6, 7, 49, 20):
        assert index.remove(f"c{number}")
    assert len(index) == 45
    for number in range(50):
        hits = index.search(template(vectors[number]), limit=1).hits
        assert (bool(hits) and hits[0].customer_id == f"c{number}") is (number not in (0, 6, 7, 49, 20))


def test_the_customer_itself_is_never_found_and_everybody_else_is(kind: str) -> None:
    vectors = people(20, kind=kind)
    index = index_of(np.concatenate([vectors, vectors[:1]]), VectorMatcher(kind, threshold=0.8))
    result = index.search(template(vectors[0]), exclude="c0")
    assert [hit.customer_id for hit in result.hits] == ["c20"]
    assert result.compared == 20


def test_a_removed_person_leaves_nothing_in_memory() -> None:
    index = index_of(people(3))
    for number in range(3):
        index.remove(f"c{number}")
    assert not any(block.any() for block in index._blocks)
    assert index.search(template(people(1)[0])).hits == ()


def test_searching_while_others_add_and_remove_is_safe() -> None:
    vectors = people(600)
    index = index_of(vectors[:300])
    errors: list[BaseException] = []

    def change(start: int) -> None:
        try:
            for number in range(start, 600, 3):
                index.add(f"c{number}", template(vectors[number]))
                index.remove(f"c{number - 300}")
        except BaseException as error:
            errors.append(error)

    def look() -> None:
        try:
            for number in range(300, 600, 5):
                for hit in index.search(template(vectors[number])).hits:
                    assert hit.score > 0.5
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=change, args=(300 + number,)) for number in range(3)] + [threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(index) == 300


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [Embedding((0.1,) * SIZE, "other"), Embedding((0.1,) * 64, "vectors"), Embedding((), "vectors")])
def test_a_template_of_another_model_or_length_is_never_compared(bad: Embedding) -> None:
    index = index_of(people(3))
    for refused in (lambda: index.search(bad), lambda: index.add("x", bad)):
        with pytest.raises(BadInput) as caught:
            refused()
        assert caught.value.code is ErrorCode.BAD_ARGUMENT
    assert len(index) == 3


def test_an_empty_index_finds_nobody() -> None:
    result = FaceIndex(VectorMatcher()).search(template(people(1)[0]))
    assert (result.hits, result.nearest, result.compared) == ((), None, 0)


# --- the bound -----------------------------------------------------------------------------------------------------


def test_a_small_store_takes_the_bound_of_one_comparison_and_the_engines_margin() -> None:
    result = index_of(people(MIN_GALLERY - 1)).search(template(people(1, seed=5)[0]))
    assert result.threshold == pytest.approx(0.56)


def test_the_bound_grows_with_the_store_and_never_falls_below_one_to_one(kind: str) -> None:
    wanted = [template(vector) for vector in people(10, kind=kind, seed=99, closeness=0)]
    matcher = VectorMatcher(kind, threshold=0.0, borderline=0.8)
    stores = [index_of(people(count, kind=kind, closeness=0), matcher) for count in (40, 1_500, 30_000)]
    bounds = [float(np.mean([store.search(one).threshold for one in wanted])) for store in stores]
    assert bounds == sorted(bounds)
    assert bounds[-1] - bounds[0] > 0.02
    strict = VectorMatcher(kind, threshold=0.97, borderline=0.01)
    assert index_of(people(300, kind=kind), strict).search(wanted[0]).threshold == pytest.approx(0.97)


@pytest.mark.parametrize("count", [40, 300, 20_000])
def test_strangers_are_found_no_more_often_than_wanted_also_among_look_alikes(kind: str, count: int) -> None:
    """300 people who are not in the store, from crowds that are: at a rate of 1 in 20 at most 27, three standard errors above 15."""
    everybody = people(count + 300, kind=kind, seed=count, crowds=6, closeness=0.3)
    index = index_of(everybody[:count], VectorMatcher(kind, threshold=0.45 if kind == "euclidean" else 0.7, borderline=0.15), fpir=0.05)
    found = sum(bool(index.search(template(stranger)).hits) for stranger in everybody[count:])
    assert found <= 27


def test_a_person_seen_again_is_found_among_ten_thousand(kind: str) -> None:
    vectors = people(10_000, kind=kind)
    index = index_of(vectors, VectorMatcher(kind))
    distance = 0.3 if kind == "euclidean" else 0.6
    found = [index.search(seen_again(vectors[number], kind=kind, distance=distance, seed=number)).hits for number in range(200)]
    assert [hits[0].customer_id for hits in found if hits] == [f"c{number}" for number in range(200) if found[number]]
    assert sum(map(bool, found)) >= 190


def test_the_persons_own_templates_do_not_raise_the_bound() -> None:
    likeness = np.random.default_rng(1).normal(-0.85, 0.08, 2_000).astype(np.float32)
    with_mates = np.concatenate([likeness, np.full(3, -0.2, np.float32)])
    assert strangers_bound(with_mates, 2_003, 0.01) == pytest.approx(strangers_bound(likeness, 2_000, 0.01), abs=0.02)


def test_a_store_of_a_few_people_many_times_over_still_finds_them(kind: str) -> None:
    """A tester's store: thirty records of three people, whose likeness to one another is not that of strangers."""
    vectors = people(33, kind=kind, closeness=0)
    records = [seen_again(vectors[number % 3], kind=kind, distance=0.25, seed=number) for number in range(30)]
    strangers = [template(vector) for vector in vectors[3:]]
    index = FaceIndex(VectorMatcher(kind, threshold=0.52 if kind == "euclidean" else 0.75, borderline=0.05))
    for number, record in enumerate([*records, *strangers]):
        index.add(f"c{number}", record)
    found = index.search(seen_again(vectors[0], kind=kind, distance=0.25, seed=99), limit=60)
    assert {hit.customer_id for hit in found.hits} == {f"c{number}" for number in range(0, 30, 3)}
    assert found.threshold < 0.85


@pytest.mark.parametrize("rate", [0.0, 1.0, -1.0])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(BadInput):
        FaceIndex(VectorMatcher(), fpir=rate)


# --- engines -------------------------------------------------------------------------------------------------------


def test_how_an_engine_compares_is_found_by_asking_it() -> None:
    assert metric_of(VectorMatcher("euclidean"), SIZE) is Metric.EUCLIDEAN
    assert metric_of(VectorMatcher("cosine"), SIZE) is Metric.COSINE


def test_the_default_engine_is_searched_by_distance_and_scores_as_it_compares(model_library: ModelLibrary) -> None:
    matcher = DlibFaceMatcher(model_library.path("dlib_resnet_v1"), model_library.path("dlib_5_landmarks"))
    assert metric_of(matcher, SIZE) is Metric.EUCLIDEAN
    vectors = people(400) * 1.4
    index = index_of(vectors, matcher)
    again = seen_again(vectors[7], distance=0.2)
    wanted = Embedding(again.vector, matcher.model_id)
    hit = index.search(wanted).hits[0]
    assert hit.customer_id == "c7"
    assert hit.score == pytest.approx(matcher.compare(wanted, template(vectors[7], matcher.model_id)).score, abs=1e-6)
