"""The bench of the search: exact, and honest about peers that are not there."""

from __future__ import annotations

import importlib.util

import numpy as np

from kiosk.bench import search


def test_every_size_is_found_exactly_and_timed() -> None:
    body = search.search((500, 2_000), runs=12)
    assert set(body) == {"500 x 128", "2000 x 128"}
    for figures in body.values():
        assert isinstance(figures, dict)
        assert figures["recall_at_10"] == 1.0
        assert isinstance(figures["search_ms"], dict)
        assert figures["search_ms"]["n"] == 12
        assert isinstance(figures["vectors_mb"], float)


def test_a_search_that_misses_somebody_shows_in_the_recall() -> None:
    vectors, wanted = search._templates(300, 2, 1)
    truth = search._brute_force(vectors, wanted[0])
    distances = np.linalg.norm(vectors.astype(np.float64) - wanted[0], axis=1)
    assert truth == set(np.argsort(distances)[:10].tolist())
    assert search._ours(vectors, wanted, [truth, set(range(290, 300))])["recall_at_10"] < 1.0


def test_peers_that_are_not_installed_are_named_as_such() -> None:
    body = search.search((300,), runs=2, peers=True)["300 x 128"]
    assert isinstance(body, dict)
    for name in ("usearch", "faiss"):
        if importlib.util.find_spec(name) is None:
            assert body[name] == "not installed"
