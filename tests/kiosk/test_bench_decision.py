"""The measurement of a whole decision measures what it says: a live, known-good customer, through the store, in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.bench.decision import decision
from kiosk.bench.live_film import live_film
from kiosk.cli.entry import main
from kiosk.compose.engines import build_engines
from kiosk.compose.setup import device_key, load_setup
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.engines.models import ModelLibrary
from kiosk.ports import Json
from kiosk.services.capture_record import open_record
from kiosk.services.record_verify import RecordVerifier
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, astronaut


@pytest.fixture(autouse=True)
def default_models(model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))


def test_the_decision_that_is_measured_has_every_check_and_leaves_nothing_behind(kiosk_home: Path) -> None:
    body = decision(load_setup(), runs=1, names=200)
    checks, stages = body["checks"], body["stages_ms"]
    assert isinstance(checks, dict)
    assert isinstance(stages, dict)
    for name in ("document_usability", "face_match", "active_liveness", "liveness_match", "capture_integrity", "watchlist_screening"):
        assert checks[name] == "PASSED OK"
    assert {"usability", "imageChecks", "extraction", "dataChecks", "liveness", "similarity", "watchlistScreening"} <= set(stages)
    assert not kiosk_home.exists()  # the customer, the list and the key lay in a folder of the measurement's own


@pytest.mark.usefixtures("kiosk_home")
def test_the_machine_is_measured_after_the_decision_and_told_beside_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order = list[str]()

    def measured(name: str, found: dict[str, Json]) -> Callable[..., dict[str, Json]]:
        return lambda *_arguments, **_options: (order.append(name), found)[1]

    yardstick: dict[str, Json] = {"what": "one face", "ms": 124.0, "anchor_ms": 62.0, "times_the_anchor": 2.0}
    monkeypatch.setattr("kiosk.bench.decision.decision", measured("decision", {"decision_ms": {"median": 1500.0}}))
    monkeypatch.setattr("kiosk.bench.machine.face_yardstick", measured("yardstick", yardstick))
    assert main(["bench", "decision", "--walks", "0"]) == 0
    assert order == ["decision", "yardstick"]
    assert capsys.readouterr().out.strip().endswith("one face: 124.0 ms, 2.0 times the 62.0 ms of the machine that the targets were set on")


def test_a_workflow_of_screens_is_not_measured_so() -> None:
    with pytest.raises(BadInput) as caught:
        decision(load_setup(), workflow="branch", runs=1, names=200)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_each_record_of_a_film_is_good_for_one_use() -> None:
    setup = load_setup()
    key = device_key(setup)
    with build_engines(setup) as engines:
        film = live_film(engines, key, SelfieScene(astronaut(), ASTRONAUT_FACE, story="still").at_rest)
        now = engines.clock.now_utc()
    verifier = RecordVerifier(key)
    for data in (film.sealed(), film.sealed()):
        record = open_record(data, key)
        assert verifier.verify(data, session=record.session, now=now, challenge=record.challenge) == record
        with pytest.raises(BadInput):
            verifier.verify(data, session=record.session, now=now, challenge=record.challenge)
