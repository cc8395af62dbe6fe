"""`kiosk bench faces`: rates counted right, pairs read right, the picture drawn, conditions that harm, and the whole on real engines."""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.bench import face_peers
from kiosk.bench.face_rates import PairScores, at, at_fmr, det, equal_error, rates
from kiosk.bench.face_roc import Curve, draw_roc
from kiosk.bench.faces import PLAIN, FacePair, faces, read_pairs
from kiosk.cli.bench_faces import add_faces_arguments, report
from kiosk.cli.entry import main
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, Similarity
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.face_matchers import make_matcher, matcher_ids
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.face_quality import eye_span, face_region, face_sharpness
from kiosk.imaging.frame import Image
from kiosk.paths import find_paths
from kiosk.specimens.card_portrait import CONDITIONS, on_card
from tests.fakes.faces import astronaut

SCORES = PairScores.of(same=[0.9, 0.85, 0.7, 0.4], other=[0.1 * step for step in range(10)])

# --- rates ---------------------------------------------------------------------------------------------------------


def test_a_pair_at_the_threshold_matches() -> None:
    found = at(SCORES, 0.7)
    assert found["fmr"] == {"hits": 3, "of": 10, "rate": 0.3, "low": 0.10779, "high": 0.60323}
    assert found["fnmr"] == {"hits": 1, "of": 4, "rate": 0.25, "low": 0.04559, "high": 0.69936}


def test_the_threshold_for_a_rate_is_the_lowest_that_keeps_it() -> None:
    found = at_fmr(SCORES, 0.1)
    assert found["fmr"]["hits"] == 1  # type: ignore[index,call-overload]
    assert found["fnmr"]["hits"] == 2  # type: ignore[index,call-overload]  # 0.7 and 0.4 lie below the second highest stranger, 0.8
    assert 0.8 <= found["threshold"] <= 0.801  # type: ignore[operator]


def test_a_rate_that_the_pairs_cannot_show_is_not_claimed() -> None:
    assert at_fmr(SCORES, 0.01) == {"why": "needs 100 pairs of strangers, there are 10"}


def test_without_pairs_nothing_is_claimed() -> None:
    nothing = rates(PairScores.of([], []), 0.5, 0.6)
    assert nothing["det"] == []
    assert nothing["eer"] is None
    assert at(PairScores.of([], []), 0.5)["fmr"] == {"hits": 0, "of": 0, "rate": None, "low": 0.0, "high": 1.0}
    assert "why" in at_fmr(PairScores.of([0.5], []), 0.1)


@given(
    same=st.lists(st.floats(0, 1), min_size=1, max_size=60),
    other=st.lists(st.floats(0, 1), min_size=1, max_size=400),
)
def test_the_curve_goes_from_all_to_none_and_never_back(same: list[float], other: list[float]) -> None:
    points = det(PairScores.of(same, other))
    assert points[0][1:] == (1.0, 0.0)
    assert points[-1][1:] == (0.0, 1.0)
    assert all(one[1] >= two[1] and one[2] <= two[2] for one, two in itertools.pairwise(points))
    rate = equal_error(PairScores.of(same, other))
    assert rate is not None
    assert 0 <= rate <= 1


@given(other=st.lists(st.floats(0, 1), min_size=10, max_size=100), fmr=st.sampled_from([0.1, 0.01]))
def test_the_rate_that_was_asked_for_is_kept(other: list[float], fmr: float) -> None:
    found = at_fmr(PairScores.of([0.5], other), fmr)
    if "why" not in found:
        assert found["fmr"]["hits"] <= fmr * len(other) + 1e-9  # type: ignore[index,call-overload,operator]


# --- pairs ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of one woman: as she is, darker, smaller, half of her, and nobody."""
    pictures = {
        "as_is": astronaut(),
        "darker": np.asarray(astronaut() * 0.6, np.uint8),
        "smaller": np.asarray(cv2.resize(astronaut(), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8),
        "half": np.ascontiguousarray(astronaut()[:, :244]),
        "nobody": np.full((300, 300, 3), 128, np.uint8),
    }
    for name, picture in pictures.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_pairs_are_read_with_and_without_heading_and_condition(folder: Path) -> None:
    text = "\ufefffile_a,file_b,same,condition\r\nas_is.png, darker.png ,1,dark\r\n\r\nas_is.png,smaller.png,0\r\n"
    assert read_pairs(written(folder, text), folder) == (
        FacePair("as_is.png", "darker.png", True, "dark"),
        FacePair("as_is.png", "smaller.png", False, PLAIN),
    )
    assert len(read_pairs(written(folder, "as_is.png,smaller.png,0\n"), folder)) == 1


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", ErrorCode.BAD_ARGUMENT, "no pair"),
        ("file_a,file_b,same\n", ErrorCode.BAD_ARGUMENT, "no pair"),
        ("as_is.png,darker.png,1\nas_is.png,darker.png,yes\n", ErrorCode.BAD_ARGUMENT, "line 2"),
        ("as_is.png,darker.png\n", ErrorCode.BAD_ARGUMENT, "line 1"),
        ("as_is.png,none.png,1\n", ErrorCode.FILE_NOT_FOUND, "line 1"),
        ("as_is.png,../outside.png,1\n", ErrorCode.BAD_ARGUMENT, "outside"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(folder: Path, text: str, code: ErrorCode, told: str) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        read_pairs(written(folder, text), folder)
    assert caught.value.code is code


def test_a_list_that_is_not_there_or_not_text_is_refused(folder: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_pairs(folder / "none.csv", folder)
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND
    (folder / "binary.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(BadInput) as caught:
        read_pairs(folder / "binary.csv", folder)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


# --- conditions ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def detector(model_library: ModelLibrary) -> BlazeFaceDetector:
    return BlazeFaceDetector(model_library.path("blazeface_short"))


@pytest.fixture(scope="module")
def large() -> Image:
    return np.asarray(cv2.resize(astronaut(), None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize("name", list(CONDITIONS))
def test_every_condition_shows_the_face_in_its_size(detector: BlazeFaceDetector, large: Image, name: str) -> None:
    face = detector.detect(large)[0]
    card = on_card(large, face, CONDITIONS[name], seed=1)
    assert (card == on_card(large, face, CONDITIONS[name], seed=1)).all()
    found = detector.detect(card)[0]
    assert found.eye_distance_px == pytest.approx(0.5 * CONDITIONS[name].face_px, rel=0.25)
    assert not np.array_equal(card, on_card(large, face, CONDITIONS[name], seed=2))


def test_a_soft_card_is_softer_and_a_laminated_one_paler(detector: BlazeFaceDetector, large: Image) -> None:
    face = detector.detect(large)[0]
    regions = {}
    for name in ("small_120", "soft", "laminated"):
        card = on_card(large, face, CONDITIONS[name], seed=3)
        regions[name] = face_region(card, detector.detect(card)[0])
    assert face_sharpness(regions["soft"]) < face_sharpness(regions["small_120"]) - 0.1
    assert regions["laminated"].mean() > regions["small_120"].mean() + 15


# --- the whole -----------------------------------------------------------------------------------------------------


def json_of(value: object) -> object:
    """As it is printed: everything in it must be JSON."""
    return json.loads(json.dumps(value))


def test_the_whole_on_the_default_set(model_library: ModelLibrary, detector: BlazeFaceDetector, folder: Path) -> None:
    mesh = FaceMeshLandmarker(model_library.path("facemesh_468"))
    matcher = make_matcher(model_library, "dlib_resnet_v1", mesh, made_up_corners=True)
    assert matcher is not None
    pairs = (
        FacePair("as_is.png", "darker.png", True),
        FacePair("as_is.png", "smaller.png", True, "small"),
        FacePair("as_is.png", "half.png", True, "small"),
        FacePair("as_is.png", "nobody.png", False),
    )
    body = faces(pairs, folder, detector, mesh, [matcher])
    assert json_of(body) == body
    engine = body["engines"]["dlib_resnet_v1"]  # type: ignore[index,call-overload]
    assert engine["threshold"] == 0.52
    plain, small = engine["conditions"][PLAIN], engine["conditions"]["small"]
    assert (plain["same_pairs"], plain["other_pairs"], plain["refused"]["reasons"]) == (1, 0, {"NO_FACE": 1})
    assert (small["same_pairs"], small["refused"]["reasons"]) == (1, {"NEAR_BORDER": 1})
    assert small["at_threshold"]["fnmr"]["hits"] == 0
    assert body["dlib_resnet_v1_ms"]["selfie_against_portrait"]["n"] == 3  # type: ignore[index,call-overload]
    text = "\n".join(report(body))
    assert "FNMR 0/1" in text
    assert "1 of 2" in text


def test_cards_are_made_of_either_side_and_of_what_is_large_enough(detector: BlazeFaceDetector, folder: Path) -> None:
    body = faces([FacePair("as_is.png", "smaller.png", True)], folder, detector, None, [SpanMatcher()], card=True)
    conditions = body["engines"]["span"]["conditions"]  # type: ignore[index,call-overload]
    assert set(conditions) == {PLAIN} | {f"card: {name}" for name in CONDITIONS}
    assert (conditions["card: small_50"]["same_pairs"], conditions["card: small_50"]["left_out"]) == (2, 0)
    assert (conditions["card: small_120"]["same_pairs"], conditions["card: small_120"]["left_out"]) == (0, 2)


class SpanMatcher:
    """Embeds nothing but how far apart the eyes are."""

    model_id = "span"

    def embed(self, image: Image, face: Face) -> Embedding:
        return Embedding((eye_span(face),), self.model_id)

    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        smaller, larger = sorted((one.vector[0], other.vector[0]))
        return Similarity(smaller / larger, 0.5, self.model_id, 0.1)


def test_the_roc_is_a_picture_with_every_curve_in_it(tmp_path: Path) -> None:
    points = [(1.0, 0.0), (0.1, 0.0), (0.01, 0.2), (0.0, 1.0)]
    curves = [Curve(f"curve {number}", points, (0.01, 0.2)) for number in range(9)]
    draw_roc(curves, "title", tmp_path / "roc.png", least_fmr=1e-3)
    drawn = cv2.imread(str(tmp_path / "roc.png"))
    assert drawn.shape == (700, 1000, 3)
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 12
    draw_roc([], "title", tmp_path / "empty.png", least_fmr=1e-3)
    assert not np.array_equal(drawn, cv2.imread(str(tmp_path / "empty.png")))


def test_a_peer_that_is_not_installed_is_a_result(detector: BlazeFaceDetector, folder: Path) -> None:
    pairs = [FacePair("as_is.png", "darker.png", True)]
    body = faces(pairs, folder, detector, None, [SpanMatcher()], peers=["DeepFace"], peer_python="/nowhere/python")
    assert body["peer_DeepFace"] == {"missing": "FileNotFoundError: /nowhere/python"}
    with pytest.raises(BadInput):
        faces(pairs, folder, detector, None, [SpanMatcher()], peers=["nobody"])


def test_a_peer_is_compared_on_the_same_pairs(detector: BlazeFaceDetector, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that says 0.9 to all, with the real process around it."""
    stand_in = (
        face_peers._START + "    engine = 'stand-in 1'" + face_peers._ELSE + "compare = lambda one, other: (0.9, True)\n" + face_peers._LOOP
    )
    monkeypatch.setattr(face_peers, "PEERS", {"DeepFace": stand_in})
    pairs = [FacePair("as_is.png", "darker.png", True), FacePair("as_is.png", "smaller.png", False)]
    peer = faces(pairs, folder, detector, None, [SpanMatcher()], peers=["DeepFace"])["peer_DeepFace"]
    assert isinstance(peer, dict)
    assert peer["engine"] == "stand-in 1"
    assert (peer["fmr"]["hits"], peer["fmr"]["of"], peer["fnmr"]["hits"]) == (1, 1, 0)  # type: ignore[index,call-overload]
    assert peer["our_speed"] < 1  # type: ignore[operator]


# --- which matchers serve --------------------------------------------------------------------------------------------


def test_the_default_set_is_served_by_dlib_at_the_manifest_s_operating_point(model_library: ModelLibrary) -> None:
    assert matcher_ids(model_library) == ("dlib_resnet_v1",)
    matcher = make_matcher(model_library, "dlib_resnet_v1", None, made_up_corners=True)
    assert matcher is not None
    alike = matcher.compare(Embedding((0.0,) * 128, "dlib_resnet_v1"), Embedding((0.0,) * 128, "dlib_resnet_v1"))
    info = model_library.info("dlib_resnet_v1")
    assert (alike.threshold, alike.borderline) == (info.threshold, info.parameters["borderline"]) == (0.52, 0.11)
    assert make_matcher(model_library, "edgeface_xs", None, made_up_corners=False) is None


def test_an_aligned_network_needs_true_corners_or_a_mesh(tmp_path: Path) -> None:
    library = ModelLibrary(find_paths().manifest, tmp_path)
    (tmp_path / "edgeface_xs_gamma_06.onnx").write_bytes(b"there")
    assert matcher_ids(library) == ("edgeface_xs",)
    assert make_matcher(library, "edgeface_xs", None, made_up_corners=True) is None
    with pytest.raises(ModelFault) as caught:  # it is tried, and its hash is wrong
        make_matcher(library, "edgeface_xs", None, made_up_corners=False)
    assert caught.value.code is ErrorCode.MODEL_CORRUPT


def test_the_arguments_are_those_of_the_guide() -> None:
    parser = argparse.ArgumentParser()
    add_faces_arguments(parser)
    found = parser.parse_args(["pairs.csv", "folder", "--card", "--roc", "roc.png", "--peers", "--model", "dlib_resnet_v1"])
    assert (found.card, found.peers, found.roc, found.model) == (True, True, Path("roc.png"), ["dlib_resnet_v1"])


# --- the command -----------------------------------------------------------------------------------------------------


def test_without_pairs_the_speed_of_guidance_is_measured(
    model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    assert main(["bench", "faces", "--frames", "6", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert set(body) == {"machine", "guidance_ms", "targets"}
    assert [row["figure"] for row in body["targets"]] == ["blazeface_short: detection_and_pose", "blazeface_short: verdict"]
    assert all(isinstance(row["scaled_by_yardstick_ms"], float) for row in body["targets"])
    assert body["guidance_ms"]["blazeface_short"]["verdict"]["n"] == 6
    assert main(["bench", "faces", "--frames", "6"]) == 0
    printed = capsys.readouterr().out
    assert "detection_and_pose" in printed
    assert "verdict 25 ms" in printed
    assert "scaled: divided by the" in printed


def test_with_pairs_both_are_in_one_answer(
    model_library: ModelLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    pairs = folder / "pairs.csv"
    pairs.write_text("as_is.png,darker.png,1\n")
    assert main(["bench", "faces", str(pairs), str(folder), "--frames", "6", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["engines"]["dlib_resnet_v1"]["conditions"][PLAIN]["same_pairs"] == 1
    assert body["guidance_ms"]["blazeface_short"]["lost"] == 0
    assert body["targets"][0]["figure"] == "dlib_resnet_v1: selfie_against_portrait"
    assert body["targets"][0]["target_ms"] == 150


@pytest.mark.parametrize("words", [["pairs.csv"], ["--card"], ["--roc", "x.png"], ["--peers"], ["--model", "dlib_resnet_v1"]])
def test_what_needs_pairs_is_not_silently_left_undone(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "faces", *words]) == 2
    assert "BAD_ARGUMENT" in capsys.readouterr().err
