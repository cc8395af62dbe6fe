"""What is wrong with a sequence as a whole has its own label, whatever the single frames show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from kiosk.domain.challenge import ChallengeKind
from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.domain.guidance import AdviceCode
from kiosk.services.liveness.observation import Observation
from kiosk.services.liveness.run import RunRules
from tests.fakes.performer import frame_of
from tests.kiosk.liveness.stage import KINDS, Session, genuine, run_of

Change = Callable[[Observation, int], Observation | None]
STRICT = RunRules(restarts=0)
MOVING = 18
"""A frame at which every script is under way: 1.2 s after the first."""


def disturbed(kind: ChallengeKind, change: Change, *, who: Callable[[int], int] = lambda index: 1, rules: RunRules = STRICT) -> Session:
    """A genuine session whose observations are changed on their way; frame by frame, at 15 a second."""
    session = genuine(kind, 3)
    session.run = run_of(session.run.challenge, rules=rules)
    at, index = 0.0, 0
    while at < 60 and not session.run.finished:
        at += 1 / 15
        seen = change(session.stand.observe(session.actor.state(at), 100 + at, who(index)), index)
        if seen is not None:
            session.actor.heed(session.run.see(seen, frame_of(who(index), seen.at)), at)
        index += 1
    return session


def label_of(session: Session) -> CheckLabel:
    check = session.run.check()
    assert check.status is CheckStatus.REJECTED
    return check.label


def unchanged(seen: Observation, index: int) -> Observation:
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_under_way_only_once_the_person_began_to_do_what_is_asked(kind: ChallengeKind) -> None:
    """Leaving before costs nothing, leaving after is a try."""
    session = genuine(kind, 3)
    began: list[bool] = []
    at = 0.0
    while at < 60 and not session.run.finished:
        at += 1 / 15
        began.append(session.run.under_way)
        seen = session.stand.observe(session.actor.state(at), 100 + at)
        session.actor.heed(session.run.see(seen, frame_of(1, seen.at)), at)
    assert began[0] is False
    assert began[-1] is True
    assert session.run.check().status is CheckStatus.PASSED


@pytest.mark.parametrize("kind", KINDS)
def test_undisturbed_it_passes(kind: ChallengeKind) -> None:
    assert disturbed(kind, unchanged).run.check().status is CheckStatus.PASSED


@pytest.mark.parametrize(
    "change",
    [
        lambda seen, index: _moved(seen, 260) if index >= MOVING else seen,
        lambda seen, index: _grown(seen, 1.7) if index >= MOVING else seen,
        lambda seen, index: replace(seen, yaw=seen.yaw + 45) if index >= MOVING else seen,
        lambda seen, index: replace(seen, mouth=seen.mouth + 0.3) if index >= MOVING else seen,
    ],
    ids=["place", "size", "pose", "mouth"],
)
def test_a_jump_between_two_frames_is_a_cut(change: Change) -> None:
    assert label_of(disturbed(ChallengeKind.SMILE, change)) is CheckLabel.SEQUENCE_CUT


def test_another_face_in_the_same_place_is_a_cut() -> None:
    assert (
        label_of(disturbed(ChallengeKind.MULTI_RANGE, unchanged, who=lambda index: 1 if index < MOVING else 2)) is CheckLabel.SEQUENCE_CUT
    )


@pytest.mark.parametrize("kind", [ChallengeKind.HEAD_TURN, ChallengeKind.SMILE, ChallengeKind.MULTI_RANGE])
def test_somebody_else_than_in_the_selfie_is_rejected(kind: ChallengeKind) -> None:
    assert label_of(disturbed(kind, unchanged, who=lambda index: 2)) is CheckLabel.DIFFERENT_PERSON


def test_two_people_who_swap_places_behind_a_gap_do_not_pass() -> None:
    """One goes, another comes a moment later to the same place: too short a gap for a face that left, so the faces must tell."""

    def gap(seen: Observation, index: int) -> Observation:
        blind = MOVING <= index < MOVING + 6
        hidden = replace(seen, signature=None)
        return replace(hidden, face=None, close_up=0.0) if blind else hidden

    assert label_of(disturbed(ChallengeKind.MULTI_RANGE, gap, who=lambda index: 1 if index < MOVING else 2)) is CheckLabel.DIFFERENT_PERSON


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("veil", [{"sharpness": 0.05}, {"light": AdviceCode.TOO_DARK}], ids=["blurred", "dark"])
def test_one_good_look_at_the_beginning_vouches_for_nobody(kind: ChallengeKind, veil: dict[str, object]) -> None:
    """The face of the selfie at first, then what cannot be compared: the challenge may be met by anybody."""
    change = lambda seen, index: replace(seen, **veil) if index >= MOVING else seen  # noqa: E731
    check = disturbed(kind, change).run.check()
    assert check.status is not CheckStatus.PASSED


def test_a_face_that_leaves_is_named() -> None:
    change = lambda seen, index: replace(seen, face=None, close_up=0.0) if MOVING <= index < MOVING + 15 else seen  # noqa: E731
    assert label_of(disturbed(ChallengeKind.SMILE, change)) is CheckLabel.FACE_LEFT


def test_a_moment_without_a_face_is_forgiven() -> None:
    change = lambda seen, index: replace(seen, face=None, close_up=0.0) if MOVING <= index < MOVING + 4 else seen  # noqa: E731
    assert disturbed(ChallengeKind.SMILE, change).run.check().status is CheckStatus.PASSED


def test_a_second_person_is_named() -> None:
    change = lambda seen, index: replace(seen, others=1) if index >= MOVING else seen  # noqa: E731
    assert label_of(disturbed(ChallengeKind.SMILE, change)) is CheckLabel.SEVERAL_FACES


def test_a_second_face_in_a_single_frame_is_a_detectors_slip() -> None:
    change = lambda seen, index: replace(seen, others=1) if index == MOVING else seen  # noqa: E731
    assert disturbed(ChallengeKind.SMILE, change).run.check().status is CheckStatus.PASSED


@pytest.mark.parametrize(
    "label",
    [CheckLabel.FRAMES_STOPPED, CheckLabel.FRAMES_REPEATED, CheckLabel.FRAME_SIZE_CHANGED, CheckLabel.CLOCK_JUMPED],
)
def test_what_is_wrong_with_the_frames_themselves_is_named(label: CheckLabel) -> None:
    change = lambda seen, index: replace(seen, fault=label) if index == MOVING else seen  # noqa: E731
    assert label_of(disturbed(ChallengeKind.HEAD_TURN, change)) is label


def test_the_gravest_of_several_faults_is_named() -> None:
    def change(seen: Observation, index: int) -> Observation:
        if index == 10:
            return replace(seen, fault=CheckLabel.FRAMES_STOPPED)
        return replace(seen, fault=CheckLabel.FRAMES_REPEATED if index == 40 else CheckLabel.FRAME_SIZE_CHANGED if index == 80 else None)

    assert label_of(disturbed(ChallengeKind.MULTI_RANGE, change, rules=RunRules(restarts=2))) is CheckLabel.FRAMES_REPEATED


def test_after_a_fault_it_begins_again_and_may_still_pass() -> None:
    change = lambda seen, index: replace(seen, fault=CheckLabel.FRAMES_STOPPED) if index == MOVING else seen  # noqa: E731
    assert disturbed(ChallengeKind.SMILE, change, rules=RunRules()).run.check().status is CheckStatus.PASSED


@pytest.mark.parametrize("leap_s", [-3600.0, 60.0, 4000.0])
def test_a_clock_that_leaps_costs_one_attempt_and_not_the_challenge(leap_s: float) -> None:
    """However far: how long a challenge is good for is counted by the book that issued it."""

    def change(seen: Observation, index: int) -> Observation:
        told = CheckLabel.CLOCK_JUMPED if index == MOVING else seen.fault
        return replace(seen, at=seen.at + 5000 + (leap_s if index >= MOVING else 0), fault=told)

    assert label_of(disturbed(ChallengeKind.SMILE, change)) is CheckLabel.CLOCK_JUMPED
    assert disturbed(ChallengeKind.SMILE, change, rules=RunRules()).run.check().status is CheckStatus.PASSED


def test_restarts_are_limited() -> None:
    change = lambda seen, index: replace(seen, fault=CheckLabel.FRAMES_STOPPED) if index % 12 == 0 else seen  # noqa: E731
    session = disturbed(ChallengeKind.MULTI_RANGE, change, rules=RunRules())
    assert label_of(session) is CheckLabel.FRAMES_STOPPED


def test_a_challenge_that_expired_is_lost() -> None:
    session = disturbed(ChallengeKind.MULTI_RANGE, unchanged, rules=RunRules(valid_s=1.0))
    assert label_of(session) is CheckLabel.CHALLENGE_EXPIRED


def test_a_smile_sooner_than_anybody_can_read_is_implausible() -> None:
    """The mouth widens within a fifth of a second after it was asked for: the film knew when."""
    session = genuine(ChallengeKind.SMILE, 3)
    session.run = run_of(session.run.challenge, rules=STRICT)
    at, asked = 0.0, None
    while at < 20 and not session.run.finished:
        at += 1 / 30
        seen = session.stand.observe(session.actor.state(at), 100 + at)
        grown = 0.0 if asked is None else min(1.0, (at - asked) / 0.15)
        seen = replace(seen, mouth=0.5 + 0.13 * grown, lift=0.02 + 0.06 * grown)
        if session.run.see(seen, frame_of(1, 100 + at)).advice is AdviceCode.SMILE and asked is None:
            asked = at
    assert label_of(session) is CheckLabel.IMPLAUSIBLE_TIMING


def test_a_picture_that_morphs_into_a_smile_at_once_is_a_cut() -> None:
    session = genuine(ChallengeKind.SMILE, 3)
    session.run = run_of(session.run.challenge, rules=STRICT)
    at, asked = 0.0, None
    while at < 20 and not session.run.finished:
        at += 1 / 15
        seen = session.stand.observe(session.actor.state(at), 100 + at)
        smiles = asked is not None and at - asked > 0.6
        seen = replace(seen, mouth=0.64 if smiles else 0.5, lift=0.08 if smiles else 0.02)
        if session.run.see(seen, frame_of(1, 100 + at)).advice is AdviceCode.SMILE and asked is None:
            asked = at
    assert label_of(session) is CheckLabel.SEQUENCE_CUT


@pytest.mark.parametrize("kind", [ChallengeKind.MULTI_RANGE, ChallengeKind.MAGNIFEYE])
def test_a_flat_picture_at_the_right_sizes_is_named_flat(kind: ChallengeKind) -> None:
    for seed in range(8):
        session = genuine(kind, seed)
        session.stand.flat = True
        check = session.play()
        assert check.status is not CheckStatus.PASSED, f"seed {seed}"
        assert check.label in (CheckLabel.FLAT_FACE, CheckLabel.INCONCLUSIVE)


def test_a_flat_picture_that_is_turned_shows_no_parallax() -> None:
    session = genuine(ChallengeKind.HEAD_TURN, 3)
    session.stand.flat = True
    session.run = run_of(session.run.challenge, rules=STRICT)
    session.actor._rng = _Broad()  # type: ignore[union-attr]  # far enough that the mesh believes in the yaw
    assert session.play().label is CheckLabel.FLAT_FACE


def test_nobody_there_is_no_failure() -> None:
    session = disturbed(ChallengeKind.SMILE, lambda seen, index: replace(seen, face=None, close_up=0.0))
    check = session.run.check()
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_too_dark_is_said_before_anything_is_asked() -> None:
    session = genuine(ChallengeKind.SMILE, 3)
    seen = replace(session.stand.observe(session.actor.state(0.1), 100.1), light=AdviceCode.TOO_DARK)
    assert session.run.see(seen, frame_of(1, 100.1)).advice is AdviceCode.TOO_DARK


def test_the_check_says_which_challenge_it_was() -> None:
    check = disturbed(ChallengeKind.MULTI_RANGE, unchanged).run.check()
    assert check.params["challenge"] == "MULTI_RANGE"


@pytest.mark.parametrize("kind", KINDS)
def test_progress_does_not_run_back_by_much_and_ends_full(kind: ChallengeKind) -> None:
    session = genuine(kind, 5)
    session.play(keep=True)
    progress = [guidance.progress for guidance in session.seen]
    assert progress[-1] == 1.0
    assert max(before - after for before, after in pairwise(progress)) < 0.35


def test_the_oval_the_dot_and_the_colours_are_given_to_the_screen() -> None:
    ranges, gaze = genuine(ChallengeKind.MULTI_RANGE, 4), genuine(ChallengeKind.EYE_GAZE, 4)
    ranges.play(keep=True)
    gaze.play(keep=True)
    assert len({guidance.face_size for guidance in ranges.seen} - {None}) == len(set(ranges.run.challenge.steps))
    assert (0.5, 0.5) in {guidance.look_at for guidance in gaze.seen}
    assert len({guidance.look_at for guidance in gaze.seen}) >= 4


def _moved(seen: Observation, pixels: float) -> Observation:
    assert seen.face is not None
    return replace(seen, face=replace(seen.face, points=tuple((x + pixels, y) for x, y in seen.face.points)))


def _grown(seen: Observation, factor: float) -> Observation:
    assert seen.face is not None
    middle = np.mean(seen.face.points, axis=0)
    points = (np.asarray(seen.face.points) - middle) * factor + middle
    return replace(seen, face=replace(seen.face, points=tuple((float(x), float(y)) for x, y in points)), size=factor * seen.size)


class _Broad:
    """Always the upper bound."""

    def uniform(self, low: float, high: float) -> float:
        return high
