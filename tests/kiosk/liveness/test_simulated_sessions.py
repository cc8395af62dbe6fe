"""Whole sessions on simulated observations: who does what is asked passes; pictures and films of other challenges never do.

The normal suite plays 40 of each of the five kinds, that is 200 still pictures and 200 films live, and as many by a record's bounds;
`--sessions 200` plays 200 of each kind.
"""

from __future__ import annotations

import pytest

from kiosk.domain.challenge import Challenge, ChallengeKind
from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.services.liveness.replay import RECORD_RULES
from kiosk.services.liveness.run import RunRules
from tests.fakes.performer import Movie
from tests.kiosk.liveness.stage import KINDS, genuine, movie_of, other_film, still

GENUINE = 5
DEFAULTS = (ChallengeKind.HEAD_TURN, ChallengeKind.SMILE, ChallengeKind.MULTI_RANGE)
"""Of each kind and condition; they take longer than those who fail."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fps", "jitter", "drop", "pace"),
    [(15, 0.0, 0.0, 1.0), (30, 0.1, 0.02, 1.0), (10, 0.3, 0.15, 1.0), (15, 0.1, 0.05, 1.8)],
    ids=["15 fps", "30 fps", "10 fps with losses", "slow person"],
)
def test_who_does_what_is_asked_passes(kind: ChallengeKind, fps: float, jitter: float, drop: float, pace: float) -> None:
    for seed in range(GENUINE):
        session = genuine(kind, seed, fps=fps, jitter=jitter, drop=drop, pace=pace)
        check = session.play()
        assert (check.status, check.label) == (CheckStatus.PASSED, CheckLabel.OK), f"{session.run.challenge.steps}, seed {seed}"


@pytest.mark.parametrize("kind", DEFAULTS)
@pytest.mark.parametrize(("fps", "drop", "pace"), [(5, 0.05, 0.7), (5, 0.05, 1.0), (5, 0.05, 1.8), (6, 0.0, 1.0)])
def test_a_machine_under_load_lets_people_pass(kind: ChallengeKind, fps: float, drop: float, pace: float) -> None:
    """Five frames a second miss the way of a quick smile or turn now and then: the person is asked once more, and passes."""
    for seed in range(2 * GENUINE):
        session = genuine(kind, seed, fps=fps, jitter=0.2, drop=drop, pace=pace)
        check = session.play()
        assert (check.status, check.label) == (CheckStatus.PASSED, CheckLabel.OK), f"{session.run.challenge.steps}, seed {seed}"
        assert session.run._restarts <= 2, f"seed {seed}"


@pytest.fixture(scope="module")
def films() -> list[tuple[Challenge, Movie]]:
    """Each of somebody who met a challenge: four of every kind."""
    return [movie_of(filmed, 1000 + seed) for filmed in KINDS for seed in range(4)]


@pytest.mark.parametrize("rules", [None, RECORD_RULES], ids=["live", "replay"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_still_picture_that_shakes_and_moves_never_passes(kind: ChallengeKind, rules: RunRules | None, sessions: int) -> None:
    for seed in range(sessions):
        check = still(kind, seed, rules=rules).play()
        assert check.status is not CheckStatus.PASSED, f"seed {seed}"
        assert check.label in (CheckLabel.CHALLENGE_FAILED, CheckLabel.FLAT_FACE, CheckLabel.SEQUENCE_CUT, CheckLabel.INCONCLUSIVE)


@pytest.mark.parametrize("rules", [None, RECORD_RULES], ids=["live", "replay"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_film_of_another_challenge_never_passes(
    kind: ChallengeKind, rules: RunRules | None, sessions: int, films: list[tuple[Challenge, Movie]]
) -> None:
    for seed in range(sessions):
        session = other_film(kind, seed, films, rules=rules)
        check = session.play()
        assert check.status is CheckStatus.REJECTED, f"{session.run.challenge.steps}, seed {seed}"
