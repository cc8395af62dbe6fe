"""Names in the server-driven session: a whole session can end in ACCEPT, and nobody passes the lists that the policy names."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kiosk.compose.contacts import guided_sessions
from kiosk.compose.engines import Engines
from kiosk.compose.setup import load_setup
from kiosk.domain.challenge import Challenge
from kiosk.domain.document import FieldName
from kiosk.domain.face import Face, LivenessScore
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import decode_image
from kiosk.imaging.frame import Image
from kiosk.ports import Json
from kiosk.services.protocols.codec import from_json
from kiosk.services.protocols.guided_session import GuidedSessions
from kiosk.services.protocols.levels import parse_level
from kiosk.services.screening_review import screened, waiting
from kiosk.services.watchlist.screening import WatchlistScreener
from kiosk.services.watchlist.shelf import WatchlistShelf
from kiosk.services.workflows import load_policy
from kiosk.specimens.specimen import specimen
from kiosk.store.customers import open_store
from tests.fakes.challenge_film import sealed_film
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.memory_store import MemoryCustomerStore

RESOURCES = load_setup().paths.resources
FRONT, LIVENESS = "scan_id_document_front_screen", "liveness_screen"
_NAMES = specimen("td3").truth.fields
HOLDER, NOBODY = f"{_NAMES[FieldName.GIVEN_NAMES]} {_NAMES[FieldName.SURNAME]}", "Quentin Zzyzx"
_COLUMNS = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,last_seen,last_change"
)
Pictures = Mapping[str, bytes]


class SureLiveness:
    """ports.PassiveLiveness for which everybody is live: no model of it comes with a dependency. Which frames can be judged stays real."""

    model_id = "sure"

    def assess(self, image: Image, face: Face) -> LivenessScore:
        return LivenessScore(0.99, 0.5, self.model_id)


class EnginesWithPassive(Engines):
    def _liveness(self) -> SureLiveness:
        return SureLiveness()


@pytest.fixture(scope="module")
def able(model_library: ModelLibrary) -> EnginesWithPassive:
    return EnginesWithPassive(load_setup(), model_library)


@pytest.fixture
def lists(tmp_path: Path, clock: Any) -> WatchlistShelf:
    return WatchlistShelf(tmp_path / "watchlists", clock)


def put(shelf: WatchlistShelf, folder: Path, name: str) -> None:
    row = dict.fromkeys(_COLUMNS.split(","), "") | {"id": "T-1", "schema": "Person", "name": name, "last_seen": "2026-11-20"}
    path = folder / "targets.simple.csv"
    path.write_text(f"{_COLUMNS}\n{','.join(row.values())}\n", encoding="utf-8")
    shelf.import_list(path)


def led(
    engines: Engines, store: MemoryCustomerStore, key: MemoryDeviceKey, clock: Any, screener: WatchlistScreener | None, *shown: str
) -> GuidedSessions:
    text = 'title = "t"\npolicy = "kiosk"\n' + "".join(f'[[screen]]\nshow = "{one}"\n' for one in ("consent_screen", *shown))
    text += 'challenges = ["SMILE"]\n' if LIVENESS in shown else ""
    levels = {"short": parse_level("short", text)}
    return GuidedSessions(store, engines, key, clock, levels=levels, policies=lambda name: load_policy(RESOURCES, name), screener=screener)


def begun(sessions: GuidedSessions) -> str:
    session = str(sessions.create("short")["session_id"])
    sessions.consent(session, True)
    return session


def on(payload: Mapping[str, Json]) -> str:
    return str(payload["message"]["screen"]["show"])  # type: ignore[index, call-overload]


def listed(sessions: GuidedSessions, session: str) -> tuple[tuple[str, str], Sequence[str]]:
    """Status and label of the screening; the outcomes that it has in the decision."""
    result: Any = sessions.result(session)
    check = next(one for one in result["checks"] if one["name"] == "watchlist_screening")
    reasons = [one["outcome"] for one in result["decision"]["reasons"] if one["check"] == "watchlist_screening"]
    return (check["status"], check["label"]), reasons


def test_who_is_in_order_and_on_no_list_ends_successfully_and_without_passive_liveness_with_a_person(
    able: Engines,
    engines: Engines,
    store: MemoryCustomerStore,
    key: MemoryDeviceKey,
    clock: Any,
    pictures: Pictures,
    lists: WatchlistShelf,
    tmp_path: Path,
) -> None:
    put(lists, tmp_path, NOBODY)
    with_model, without = (led(used, store, key, clock, WatchlistScreener(lists, clock), FRONT, LIVENESS) for used in (able, engines))
    session = begun(with_model)
    shown = with_model.upload_media(session, FRONT, pictures["passport"])
    for _ in range(4):  # now and then a drawn person fails the challenge, as people do: the screen allows five tries
        challenge = from_json(Challenge, with_model.start_liveness(session))
        clock.pass_s(60)
        film = sealed_film(able, key, challenge, decode_image(pictures["selfie"]), made_at=clock.now_utc())
        before = copy.deepcopy(store._kept[session])
        shown = with_model.complete_liveness(session, film)
        if on(shown) != LIVENESS:
            break
    decision: Any = with_model.result(session)["decision"]
    assert listed(with_model, session) == (("PASSED", "OK"), [])
    assert (decision["outcome"], on(shown)) == ("ACCEPT", "successful_screen"), decision
    # the same answers on a machine without the model
    store._kept[session] = before
    assert on(without.complete_liveness(session, film)) == "completed_screen"
    decision = without.result(session)["decision"]
    assert decision["outcome"] == "REVIEW"
    assert [(one["check"], one["label"]) for one in decision["reasons"]] == [("passive_liveness", "MODEL_MISSING")]


def test_who_is_on_a_list_waits_for_a_colleague_who_finds_the_session(
    engines: Engines,
    store: MemoryCustomerStore,
    key: MemoryDeviceKey,
    clock: Any,
    pictures: Pictures,
    lists: WatchlistShelf,
    tmp_path: Path,
) -> None:
    put(lists, tmp_path, HOLDER)
    screener = WatchlistScreener(lists, clock)
    sessions = led(engines, store, key, clock, screener, FRONT)
    session = begun(sessions)
    assert on(sessions.upload_media(session, FRONT, pictures["passport"])) == "completed_screen"
    assert listed(sessions, session) == (("WARNING", "ALERT"), ["REVIEW"])
    assert [one.id for one in waiting(store.customers())] == [session]
    found = screened(store, screener, session)  # type: ignore[arg-type]  # it only loads
    assert [hit.hit.listed.id for hit in found.hits] == ["T-1"]


@pytest.mark.parametrize(
    ("lists_are", "picture", "label", "outcomes"),
    [
        ("missing", "passport", "LIST_MISSING", []),
        ("not given", "passport", "LIST_MISSING", []),
        ("damaged", "passport", "ENGINE_FAILED", ["REVIEW"]),
        ("there", "wall", "INPUT_MISSING", ["REVIEW"]),
    ],
)
def test_what_kept_the_name_from_being_looked_for_is_told(
    lists_are: str,
    picture: str,
    label: str,
    outcomes: list[str],
    engines: Engines,
    store: MemoryCustomerStore,
    key: MemoryDeviceKey,
    clock: Any,
    pictures: Pictures,
    lists: WatchlistShelf,
    tmp_path: Path,
) -> None:
    if lists_are in ("damaged", "there"):
        put(lists, tmp_path, NOBODY)
    if lists_are == "damaged":
        next((tmp_path / "watchlists").glob("*/*/words.bin")).write_bytes(b"")
    screener = None if lists_are == "not given" else WatchlistScreener(lists, clock)
    sessions = led(engines, store, key, clock, screener, FRONT)
    session = begun(sessions)
    for _ in range(5):
        if on(sessions.preflight(session)) == FRONT:
            sessions.upload_media(session, FRONT, pictures[picture])
    assert listed(sessions, session) == (("NOT_EXECUTED", label), outcomes)


def test_the_door_of_the_session_screens_by_the_policy_as_it_holds_here(
    engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pictures: Pictures
) -> None:
    """The settings name a source: then a machine without its list accepts nobody."""
    (tmp_path / "kiosk.toml").write_text('[watchlists.sources.eu]\nurl = "https://lists.example.com/eu"\nformat = "eu-xml"\n')
    monkeypatch.setenv("KIOSK_CONFIG", str(tmp_path / "kiosk.toml"))
    monkeypatch.setenv("KIOSK_HOME", str(tmp_path / "data"))
    setup = load_setup()
    store = open_store(setup.paths.data)
    try:
        sessions = guided_sessions(setup, store, engines)
        session = str(sessions.create("identity")["session_id"])
        sessions.consent(session, True)
        sessions.upload_media(session, FRONT, pictures["passport"])
        for _ in range(5):
            sessions.start_liveness(session)
            sessions.complete_liveness(session, b"no record")
        assert listed(sessions, session) == (("NOT_EXECUTED", "LIST_MISSING"), ["REVIEW"])
    finally:
        store.close()
