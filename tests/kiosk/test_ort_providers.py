"""A provider is used only where it computes what the CPU computes; else the CPU computes and staff are told why.

This machine has no accelerator: the providers are stand-ins around the CPU of the real ONNX Runtime, with and without faults.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from kiosk.compose.engines import Engines
from kiosk.compose.setup import load_setup
from kiosk.engines.face_edgeface import EdgeFaceMatcher
from kiosk.engines.models import ModelLibrary
from kiosk.engines.ort import OnnxSession, OrtRuntime, RawSession
from kiosk.engines.providers import (
    PROVIDER_NAMES,
    Probe,
    Provider,
    ProviderNote,
    compared,
    fixed_feeds,
    same_direction,
    same_map,
    same_text,
    wishes,
)
from kiosk.services.clock import SystemClock
from kiosk.services.doctor import Health, Looks, examine
from tests.fakes.onnx_file import pooled_projection

Twist = Callable[[npt.NDArray[Any]], npt.NDArray[Any]]
CPU = PROVIDER_NAMES[Provider.CPU]


class TwistedSession:
    """A real session whose results are changed, under another provider's name."""

    def __init__(self, real: RawSession, names: list[str], twist: Twist) -> None:
        self._real, self._names, self._twist = real, names, twist

    def run(self, outputs: Sequence[str] | None, feeds: Mapping[str, npt.NDArray[Any]]) -> list[Any]:
        return [self._twist(np.asarray(one)) for one in self._real.run(outputs, feeds)]

    def get_providers(self) -> list[str]:
        return self._names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class StandIn:
    """ONNX Runtime with one more provider than there is."""

    def __init__(self, provider: Provider, twist: Twist, *, starts: bool = True, raises: bool = False) -> None:
        self._provider, self._twist, self._starts, self._raises = provider, twist, starts, raises
        self._real = OrtRuntime()

    def available(self) -> tuple[str, ...]:
        return (PROVIDER_NAMES[self._provider], CPU)

    def open(self, model: bytes, provider: Provider, threads: int) -> RawSession:
        real = self._real.open(model, Provider.CPU, threads)
        if provider is Provider.CPU:
            return real
        if self._raises:
            raise RuntimeError("no such device")
        return TwistedSession(real, [PROVIDER_NAMES[provider], CPU] if self._starts else [CPU], self._twist)


def same(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values


def other(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.roll(values, 1, axis=-1)


@pytest.fixture
def recogniser(model_library: ModelLibrary) -> Path:
    return model_library.path("ppocrv6_rec_small")


def probe() -> Probe:
    return Probe({"x": np.random.default_rng(2).uniform(-1, 1, (1, 3, 48, 96)).astype(np.float32)}, same_text)


@pytest.mark.parametrize("provider", [Provider.CUDA, Provider.DIRECTML, Provider.OPENVINO, Provider.COREML])
def test_a_provider_that_agrees_is_used_and_its_speed_noted(recogniser: Path, provider: Provider) -> None:
    session = OnnxSession(recogniser, threads=1, provider=provider, probe=probe(), runtime=StandIn(provider, same))
    assert session.provider is provider
    assert session.providers[0] == PROVIDER_NAMES[provider]
    assert session.note is not None
    assert (session.note.used, session.note.reason) == (provider, "")
    assert session.note.agreement == pytest.approx(1.0)
    assert session.note.cpu_ms is not None
    assert session.note.provider_ms is not None


@pytest.mark.logs_warnings
@pytest.mark.parametrize(
    ("runtime", "why"),
    [
        (StandIn(Provider.CUDA, other), "computes something else than the CPU"),
        (StandIn(Provider.CUDA, lambda values: values * np.nan), "computes something else"),
        (StandIn(Provider.CUDA, lambda values: values[..., :-1]), "computes something else"),
        (StandIn(Provider.CUDA, same, starts=False), "does not start"),
        (StandIn(Provider.CUDA, same, raises=True), "fails: RuntimeError"),
        (StandIn(Provider.DIRECTML, same), "has no cuda"),
        (OrtRuntime(), "has no cuda"),
    ],
)
def test_else_the_cpu_computes_and_the_note_says_why(recogniser: Path, runtime: Any, why: str) -> None:
    session = OnnxSession(recogniser, threads=1, provider=Provider.CUDA, probe=probe(), runtime=runtime)
    assert session.provider is Provider.CPU
    assert session.providers == (CPU,)
    assert session.note is not None
    assert session.note.used is Provider.CPU
    assert why in session.note.reason


def test_auto_without_anything_better_stays_with_the_cpu_in_silence(recogniser: Path) -> None:
    session = OnnxSession(recogniser, threads=1, provider=Provider.AUTO)
    assert session.provider is Provider.CPU
    assert session.note is not None
    assert session.note.reason == ""


def test_auto_leaves_a_slower_provider_and_an_explicit_wish_takes_it() -> None:
    import time

    output = [np.ones((1, 4), np.float32)]

    def quick(_outputs: Sequence[str] | None, _feeds: Mapping[str, npt.NDArray[Any]]) -> list[Any]:
        return output

    def slow(_outputs: Sequence[str] | None, _feeds: Mapping[str, npt.NDArray[Any]]) -> list[Any]:
        until = time.perf_counter() + 0.002
        while time.perf_counter() < until:
            pass
        return output

    feeds = {"x": np.zeros((1, 4), np.float32)}
    assert compared("m", Provider.AUTO, Provider.OPENVINO, quick, slow, feeds, None).used is Provider.CPU
    assert compared("m", Provider.OPENVINO, Provider.OPENVINO, quick, slow, feeds, None).used is Provider.OPENVINO
    assert compared("m", Provider.AUTO, Provider.OPENVINO, slow, quick, feeds, None).used is Provider.OPENVINO


def test_the_cpu_needs_no_comparison(recogniser: Path) -> None:
    assert OnnxSession(recogniser, threads=1).note is None


def test_auto_tries_accelerators_and_a_wish_only_itself() -> None:
    assert wishes(Provider.AUTO)[0] is Provider.CUDA
    assert Provider.CPU not in wishes(Provider.AUTO)
    assert wishes(Provider.COREML) == (Provider.COREML,)


class Meeting:
    """Two calls that are under way at once meet here. `within_s`: who never comes is not waited for longer."""

    def __init__(self, within_s: float) -> None:
        self.is_on = False
        self.met = 0
        self._both = threading.Barrier(2, timeout=within_s)

    def __call__(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if self.is_on:
            try:
                self._both.wait()
                self.met += 1
            except threading.BrokenBarrierError:
                pass  # nobody else was here
        return values


class Everywhere(StandIn):
    """The CPU's sessions are twisted, too."""

    def open(self, model: bytes, provider: Provider, threads: int) -> RawSession:
        return TwistedSession(self._real.open(model, Provider.CPU, threads), [PROVIDER_NAMES[provider]], self._twist)


@pytest.mark.parametrize(("provider", "at_once"), [(Provider.DIRECTML, False), (Provider.CPU, True)])
def test_only_the_cpu_computes_two_calls_of_one_session_at_once(tmp_path: Path, provider: Provider, at_once: bool) -> None:
    """DirectML forbids it; pictures are embedded side by side all the same."""
    path = tmp_path / "small.onnx"
    path.write_bytes(pooled_projection("picture", size=8))
    meeting = Meeting(within_s=30 if at_once else 0.5)
    session = OnnxSession(path, threads=1, provider=provider, runtime=Everywhere(Provider.DIRECTML, meeting))
    assert session.provider is provider
    meeting.is_on = True
    picture = np.ones((1, 3, 112, 112), np.float32)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(session.run, [{"picture": picture}] * 2))
    assert meeting.met == (2 if at_once else 0)
    assert np.array_equal(results[0][0], results[1][0])


# --- face templates: those of today are compared with those of another machine -------------------------------------


def drifted(by: float) -> Twist:
    """One number of a template moves by so much of its length."""

    def twist(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        moved = values.copy()
        moved.flat[7] += by * float(np.linalg.norm(values))
        return moved

    return twist


@pytest.mark.parametrize(("by", "used"), [(1e-5, Provider.CUDA), pytest.param(5e-3, Provider.CPU, marks=pytest.mark.logs_warnings)])
def test_a_face_network_whose_templates_drift_stays_on_the_cpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: float, used: Provider
) -> None:
    template = np.random.default_rng(4).normal(size=(1, 512))
    assert same_direction([template], [drifted(5e-3)(template)]) > 0.9999, "the cosine alone would let it pass"
    path = tmp_path / "edgeface.onnx"
    path.write_bytes(pooled_projection("whatever", size=512))
    monkeypatch.setattr("kiosk.engines.ort.OrtRuntime", lambda: StandIn(Provider.CUDA, drifted(by)))
    (note,) = EdgeFaceMatcher(path, provider=Provider.CUDA).provider_notes
    assert note.used is used
    assert ("computes something else" in note.reason) is (used is Provider.CPU)


# --- comparisons ---------------------------------------------------------------------------------------------------


def test_embeddings_agree_by_their_cosine() -> None:
    vector = np.random.default_rng(3).normal(size=(1, 128))
    assert same_direction([vector], [vector * 1.0001]) == pytest.approx(1.0)
    assert same_direction([vector], [vector[:, ::-1]]) < 0.999
    assert same_direction([vector], [vector, vector]) == 0.0
    assert same_direction([np.zeros(3)], [np.zeros(3)]) == 1.0


def test_text_agrees_only_letter_by_letter() -> None:
    steps = np.full((1, 5, 3), 0.01)
    steps[0, :, 1] = 0.98
    nearly = steps.copy()
    nearly[0, 2] = (0.01, 0.495, 0.4951)
    assert same_text([steps], [steps]) == pytest.approx(1.0)
    assert same_text([steps], [nearly]) == 0.0


def test_maps_agree_by_the_pixels_beyond_the_threshold() -> None:
    found = np.zeros((1, 1, 100, 100))
    found[..., :50] = 0.9
    moved = found.copy()
    moved[..., 50] = 0.31
    assert same_map(0.3)([found], [found]) == pytest.approx(1.0)
    assert same_map(0.3)([found], [moved]) == pytest.approx(0.99)


def test_the_fixed_input_is_the_same_each_time_and_fills_free_sides() -> None:
    shapes = {"x": ("batch", 3, 48, None)}
    assert fixed_feeds(shapes)["x"].shape == (1, 3, 48, 64)
    assert np.array_equal(fixed_feeds(shapes)["x"], fixed_feeds(shapes)["x"])


# --- what staff are told -------------------------------------------------------------------------------------------


def test_the_doctor_warns_of_a_provider_that_is_not_used_and_shows_one_that_is(tmp_path: Path) -> None:
    looks = Looks(SystemClock(), tmp_path, tmp_path, min_free_mb=1)
    fallen = ProviderNote("rec", Provider.CUDA, Provider.CPU, "this ONNX Runtime has no cuda")
    used = ProviderNote("det", Provider.CUDA, Provider.CUDA, "", 0.99995, 80.0, 9.0)
    findings = {found.name: found for found in examine(replace(looks, provider_notes=lambda: (fallen, used))).findings}
    warned, shown = findings["provider for rec"], findings["provider for det"]
    assert warned.status is Health.WARNING
    assert "instead of cuda" in warned.found
    assert "provider" in warned.mend
    assert shown.status is Health.OK
    assert "9 ms against 80 ms" in shown.found


@pytest.mark.logs_warnings
def test_staff_are_told_of_the_face_network_too(model_library: ModelLibrary) -> None:
    """This machine's ONNX Runtime has no CUDA."""
    setup = load_setup()
    wished = replace(setup, config=replace(setup.config, models=replace(setup.config.models, provider="cuda")))
    with Engines(wished, model_library) as engines:
        told = {note.model: note.used for note in engines.provider_notes()}
        text = {note.model for note in engines.text_provider_notes()}
    network = model_library.path("dlib_resnet_v1").stem
    assert told[network] is Provider.CPU
    assert text == set(told) - {network}
    assert len(text) == 2


def test_the_doctor_asks_for_the_models_of_the_chosen_text_engine_only(tmp_path: Path, model_library: ModelLibrary) -> None:
    from kiosk.engines.model_install import statuses

    looks = Looks(SystemClock(), tmp_path, tmp_path, models=lambda: statuses(model_library), min_free_mb=1)
    names = {found.name for found in examine(looks).findings}
    assert "model for text recognition" in names
    assert "model for easyocr recognition" not in names
    chosen = {found.name: found for found in examine(replace(looks, text_engine="easyocr")).findings}
    assert chosen["model for easyocr recognition"].status is Health.FAULT
    assert chosen["model for easyocr recognition"].mend == "kiosk models install easyocr_latin_g2"
    assert "model for text recognition" not in chosen


def test_a_loaded_model_is_not_kept_a_second_time(model_library: ModelLibrary) -> None:
    """ONNX Runtime's class keeps the bytes that it was given, to open them anew after a provider's failure: we report that instead."""
    session = OrtRuntime().open(model_library.path("mrz_line").read_bytes(), Provider.CPU, 1)
    kept = [name for name, value in vars(session).items() if isinstance(value, bytes) and len(value) > 100_000]
    assert not kept
    assert session.get_inputs()
