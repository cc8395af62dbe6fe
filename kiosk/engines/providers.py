"""Where inference computes: the choice of an execution provider, and the proof that it computes what the CPU computes.

Providers differ in precision and sometimes in results (half floats, fused kernels, driver faults). So before one is used its outputs on a
fixed input are compared with the CPU's, in the way that fits the model's task.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = Sequence[npt.NDArray[Any]]
Run = Callable[[Sequence[str] | None, Mapping[str, npt.NDArray[Any]]], list[Any]]

EQUAL = 0.999
"""Least agreement with the CPU: the cosine for embeddings, scores and maps. Text must be the same to the letter."""
ONLY_INPUT = ""
"""Stands in a probe for the name of a model's one input, which its publisher may have called anything."""
TIMED_RUNS = 3
FREE_SIDE = 64


class Provider(StrEnum):
    """AUTO takes the first of CUDA, DirectML, CoreML, OpenVINO that is there, agrees with the CPU and is no slower; else the CPU."""

    AUTO = "auto"
    CPU = "cpu"
    DIRECTML = "directml"
    CUDA = "cuda"
    OPENVINO = "openvino"
    COREML = "coreml"


PROVIDER_NAMES: Mapping[Provider, str] = {
    Provider.CPU: "CPUExecutionProvider",
    Provider.DIRECTML: "DmlExecutionProvider",
    Provider.CUDA: "CUDAExecutionProvider",
    Provider.OPENVINO: "OpenVINOExecutionProvider",
    Provider.COREML: "CoreMLExecutionProvider",
}
_AUTO_ORDER = (Provider.CUDA, Provider.DIRECTML, Provider.COREML, Provider.OPENVINO)


@dataclass(frozen=True, slots=True)
class ProviderNote:
    """What became of the wish for a provider, for one model.

    Attributes:
        used: where the model computes.
        reason: why not where it was wished; empty when it does, or when AUTO found nothing better than the CPU.
        agreement: with the CPU's outputs, 1 = equal; None when nothing could be compared.
        cpu_ms, provider_ms: median of a few runs of the probe.
    """

    model: str
    wanted: Provider
    used: Provider
    reason: str = ""
    agreement: float | None = None
    cpu_ms: float | None = None
    provider_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A fixed input for the comparison; `agreement` gives 0..1 from the CPU's outputs and the other's, EQUAL or more is the same."""

    feeds: Mapping[str, npt.NDArray[Any]]
    agreement: Callable[[Arrays, Arrays], float]

    def named(self, inputs: Sequence[str]) -> Mapping[str, npt.NDArray[Any]]:
        """`feeds` by the model's own names."""
        return {inputs[0]: self.feeds[ONLY_INPUT]} if inputs and set(self.feeds) == {ONLY_INPUT} else self.feeds


def wishes(wanted: Provider) -> tuple[Provider, ...]:
    """The providers to try, in order; the CPU is what is left."""
    return _AUTO_ORDER if wanted is Provider.AUTO else (wanted,)


def same_direction(cpu: Arrays, other: Arrays) -> float:
    """For embeddings, scores and whatever has no comparison of its own: the least cosine among the outputs, 0 for other shapes."""
    if len(cpu) != len(other) or any(one.shape != two.shape for one, two in zip(cpu, other, strict=True)):
        return 0.0
    return min((_cosine(one, two) for one, two in zip(cpu, other, strict=True)), default=0.0)


def same_text(cpu: Arrays, other: Arrays) -> float:
    """For recognisers (… x steps x classes): 0 unless the best class is the same at every step, else the cosine."""
    if same_direction(cpu, other) == 0.0:
        return 0.0
    for one, two in zip(cpu, other, strict=True):
        if not np.array_equal(one.argmax(axis=-1), two.argmax(axis=-1)):
            return 0.0
    return same_direction(cpu, other)


def same_map(threshold: float) -> Callable[[Arrays, Arrays], float]:
    """For maps of probabilities: the cosine, or the share of pixels on the same side of the threshold where that is less."""

    def agreement(cpu: Arrays, other: Arrays) -> float:
        direction = same_direction(cpu, other)
        if direction == 0.0:
            return 0.0
        sides = [float(np.mean((one > threshold) == (two > threshold))) for one, two in zip(cpu, other, strict=True)]
        return min(direction, *sides)

    return agreement


def fixed_feeds(shapes: Mapping[str, tuple[int | str | None, ...]]) -> dict[str, npt.NDArray[np.float32]]:
    """The same noise in -1..1 each time, by the declared shapes; free dimensions are one picture of 64 x 64."""
    random = np.random.default_rng(20)
    feeds: dict[str, npt.NDArray[np.float32]] = {}
    for name, shape in shapes.items():
        sides = [side if isinstance(side, int) and side > 0 else (1 if index == 0 else FREE_SIDE) for index, side in enumerate(shape)]
        feeds[name] = random.uniform(-1.0, 1.0, sides).astype(np.float32)
    return feeds


def compared(
    model: str, wanted: Provider, candidate: Provider, cpu: Run, other: Run, feeds: Mapping[str, npt.NDArray[Any]], probe: Probe | None
) -> ProviderNote:
    """Runs both on the same input. What either raises passes through."""
    agree = probe.agreement if probe is not None else same_direction
    agreement = agree([np.asarray(one) for one in cpu(None, feeds)], [np.asarray(one) for one in other(None, feeds)])
    if not agreement >= EQUAL:  # not a number is no agreement
        why = f"{candidate.value} computes something else than the CPU (agreement {agreement:.4f}, {EQUAL} is needed)"
        return ProviderNote(model, wanted, Provider.CPU, why, agreement)
    cpu_ms, other_ms = _median_ms(cpu, feeds), _median_ms(other, feeds)
    if wanted is Provider.AUTO and other_ms > cpu_ms:
        return ProviderNote(model, wanted, Provider.CPU, "", agreement, cpu_ms, other_ms)
    return ProviderNote(model, wanted, candidate, "", agreement, cpu_ms, other_ms)


def _median_ms(run: Run, feeds: Mapping[str, npt.NDArray[Any]]) -> float:
    spent: list[float] = []
    for _ in range(TIMED_RUNS):
        began = time.perf_counter()
        run(None, feeds)
        spent.append(1000 * (time.perf_counter() - began))
    return round(sorted(spent)[TIMED_RUNS // 2], 2)


def _cosine(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> float:
    a, b = one.astype(np.float64).ravel(), two.astype(np.float64).ravel()
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return 0.0
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    if length == 0.0:
        return 1.0 if np.array_equal(a, b) else 0.0
    return float(a @ b / length)
