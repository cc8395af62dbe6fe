"""The figures of `kiosk bench liveness`: counted right, with their intervals, and honest about what was not judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.bench.intervals import wilson
from kiosk.bench.liveness import LIVE, Outcome, folder, judged, report
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.frame import Image


def picture(path: Path, level: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((32, 32, 3), level, np.uint8))


def by_level(frames: Sequence[Image]) -> Check:
    """Grey level as the score; black cannot be judged."""
    score = float(np.mean([frame[0, 0, 0] for frame in frames])) / 255
    if not score:
        return not_executed(CheckName.PASSIVE_LIVENESS, CheckLabel.LOW_QUALITY)
    return Check(CheckName.PASSIVE_LIVENESS, CheckStatus.PASSED if score >= 0.5 else CheckStatus.REJECTED, score=score, threshold=0.5)


def test_a_folder_per_species_pictures_alone_and_frames_together(tmp_path: Path) -> None:
    picture(tmp_path / LIVE / "a.png", 255)
    for number in range(3):
        picture(tmp_path / "print" / "one" / f"{number}.png", 100)
    picture(tmp_path / "print" / "two.png", 255)
    picture(tmp_path / "replay" / "dark.png", 0)
    found = folder(tmp_path)
    assert [one.species for one in found] == [LIVE, "print", "print", "replay"]
    assert [len(one.frames()) for one in found] == [1, 3, 1, 1]
    figures = report(judged(found, by_level))
    assert figures["bpcer"]["wrong"] == 0
    assert figures["apcer"]["print"] | {"low": 0, "high": 0} == {
        "wrong": 1, "of": 2, "rate": 0.5, "low": 0, "high": 0, "median_score": pytest.approx(0.696, abs=0.01), "not_judged": {},
    }  # fmt: skip
    assert (figures["apcer"]["print"]["low"], figures["apcer"]["print"]["high"]) == wilson(1, 2)


def test_what_was_not_judged_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    picture(tmp_path / LIVE / "a.png", 255)
    picture(tmp_path / "replay" / "dark.png", 0)
    row = report(judged(folder(tmp_path), by_level))["apcer"]["replay"]
    assert (row["wrong"], row["of"], row["rate"]) == (0, 0, None)
    assert row["not_judged"] == {"LOW_QUALITY": 1}


def test_short_names_and_a_table_say_the_species(tmp_path: Path) -> None:
    for name in ("image_T1", "image_F1", "F2", "holiday"):
        picture(tmp_path / f"{name}.png", 200)
    assert sorted(one.species for one in folder(tmp_path)) == ["attack", "attack", LIVE]
    (tmp_path / "truth.csv").write_text("file,species\nholiday.png,Mask\n")
    assert [one.species for one in folder(tmp_path)] == ["mask"]
    (tmp_path / "truth.csv").write_text("name,kind\nholiday.png,mask\n")
    with pytest.raises(BadInput) as caught:
        folder(tmp_path)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadInput) as caught:
            folder(place)
        assert caught.value.code is ErrorCode.FILE_NOT_FOUND


def test_operating_points_trade_one_error_for_the_other() -> None:
    live = [Outcome(LIVE, True, 0.60 + 0.004 * number, "OK") for number in range(100)]
    paper = [Outcome("paper", False, 0.01 * number, "OK") for number in range(100)]
    points = {point["fixed"]: point for point in report([*live, *paper])["operating_points"]}
    strict = points["BPCER <= 10%"]
    assert strict["threshold"] == pytest.approx(0.64)
    assert strict["apcer"]["paper"]["wrong"] == 36
    kept = points["APCER of the worst species <= 5%"]
    assert kept["bpcer"]["rate"] > points["APCER of the worst species <= 10%"]["bpcer"]["rate"] > 0.5


def test_intervals_are_wilsons() -> None:
    assert wilson(0, 30) == (0.0, 0.114)  # no failure in 30 still allows for 11 %
    assert wilson(5, 10) == (0.237, 0.763)
    assert wilson(0, 0) == (0.0, 1.0)
