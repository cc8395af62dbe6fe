"""ONNX Runtime, and the only module that imports it: sessions with bounded threads, arrays in, arrays out, our errors.

Measured on two cores: two threads halve the time of text detection and take a quarter off recognition; spinning gains nothing and burns
a core between calls, so it is off. Weights that are subnormal numbers are set to zero as a model is loaded (`onnx_edit`).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.onnx_edit import NotOnnx, without_tiny_weights
from kiosk.engines.providers import PROVIDER_NAMES, Probe, Provider, ProviderNote, compared, fixed_feeds, wishes

__all__ = ["OnnxSession", "OrtRuntime", "Provider", "Runtime", "available_providers", "default_threads"]

log = logging.getLogger(__name__)

MAX_THREADS = 4
Edit = Callable[[bytes], bytes]


class RawSession(Protocol):
    """What is used of onnxruntime.InferenceSession."""

    def run(self, outputs: Sequence[str] | None, feeds: Mapping[str, npt.NDArray[Any]]) -> list[Any]: ...
    def get_providers(self) -> list[str]: ...
    def get_inputs(self) -> list[Any]: ...
    def get_outputs(self) -> list[Any]: ...
    def get_modelmeta(self) -> Any: ...


class Runtime(Protocol):
    """ONNX Runtime as far as it is needed; a test gives one with providers that this machine lacks."""

    def available(self) -> tuple[str, ...]:
        """Names of the execution providers of this build."""
        ...

    def open(self, model: bytes, provider: Provider, threads: int) -> RawSession:
        """Whatever ONNX Runtime raises passes through."""
        ...


class OrtRuntime:
    """The installed ONNX Runtime."""

    def available(self) -> tuple[str, ...]:
        import onnxruntime

        return tuple(onnxruntime.get_available_providers())

    def open(self, model: bytes, provider: Provider, threads: int) -> RawSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: its warnings go to stderr and say nothing an operator can mend
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # widths of lines differ from call to call: a pattern kept for each would hold its memory for good
        options.enable_mem_pattern = False
        if provider is Provider.DIRECTML:  # it supports no parallel execution
            options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        names = [PROVIDER_NAMES[Provider.CPU]]
        if provider is not Provider.CPU:
            names.insert(0, PROVIDER_NAMES[provider])
        session = onnxruntime.InferenceSession(model, options, providers=names)
        # it keeps the model's bytes to open it anew after a provider's failure, which we report instead: 22 MB of the face network alone
        session.disable_fallback()
        session._model_bytes = None
        opened: RawSession = session
        return opened


def available_providers() -> tuple[str, ...]:
    """Names of the execution providers of the installed ONNX Runtime, for `doctor`."""
    return OrtRuntime().available()


def default_threads() -> int:
    """Threads for one inference: the cores that this process may use, four at most so that the preview keeps some."""
    try:
        cores = len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:  # Windows and macOS have no affinity call in os
        cores = os.cpu_count() or 1
    return max(1, min(cores, MAX_THREADS))


class OnnxSession:
    """One loaded ONNX model. `run` is thread-safe: on the CPU by ONNX Runtime's own promise, elsewhere by a lock.

    Attributes:
        provider: where it computes, after the comparison with the CPU.
        note: what became of the wish for another provider; None when the CPU was asked for.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        provider: Provider = Provider.CPU,
        probe: Probe | None = None,
        edit: Edit | None = None,
        convert: Edit | None = None,
        runtime: Runtime | None = None,
    ) -> None:
        """Loads the file. A provider other than the CPU is used only when it gives the CPU's results on the probe.

        Args:
            path: a file that the model library has verified.
            threads: intra-op threads; None = `default_threads()`.
            provider: falls back to the CPU, with a log line and `note`, when it is not there, fails or computes something else.
            probe: a fixed input and the comparison that fits the model's task; None = noise, compared by cosine.
            edit: a change of the model's bytes before loading, e.g. of `onnx_edit`; it may raise NotOnnx.
            convert: makes an ONNX model of a file of another kind, before anything else; it may raise NotOnnx.
            runtime: another ONNX Runtime, for tests.

        Raises:
            ModelFault: MODEL_MISSING when there is no file, MODEL_CORRUPT when ONNX Runtime refuses it.
        """
        self.name = path.stem
        runtime = runtime or OrtRuntime()
        count = threads or default_threads()
        began = time.perf_counter()
        model = _model_bytes(path, edit, convert)
        self.provider = Provider.CPU
        self.note: ProviderNote | None = None
        self._session = self._open(runtime, model, Provider.CPU, count)
        if provider is not Provider.CPU:
            self._take_provider(runtime, model, provider, probe, count)
        # DirectML forbids two calls at once in one session; what the others promise differs by version, and one device computes them anyway
        self._turn: AbstractContextManager[object] = nullcontext() if self.provider is Provider.CPU else threading.Lock()
        self.inputs: tuple[str, ...] = tuple(node.name for node in self._session.get_inputs())
        self.outputs: tuple[str, ...] = tuple(node.name for node in self._session.get_outputs())
        log.info("model %s loaded in %.0f ms", self.name, 1000 * (time.perf_counter() - began))

    def _open(self, runtime: Runtime, model: bytes, provider: Provider, threads: int) -> RawSession:
        try:
            return runtime.open(model, provider, threads)
        except Exception as error:  # ONNX Runtime raises a dozen unrelated C++ bound types
            message = f"ONNX Runtime refuses {self.name}: {type(error).__name__}"
            raise ModelFault(ErrorCode.MODEL_CORRUPT, message, model=self.name) from error

    def _take_provider(self, runtime: Runtime, model: bytes, wanted: Provider, probe: Probe | None, threads: int) -> None:
        """Uses the first wished provider that is there and computes what the CPU computes; else stays with the CPU and says why."""
        available = runtime.available()
        candidates = [one for one in wishes(wanted) if PROVIDER_NAMES[one] in available]
        if not candidates:
            why = "" if wanted is Provider.AUTO else f"this ONNX Runtime has no {wanted.value} (it has {', '.join(available)})"
            self.note = ProviderNote(self.name, wanted, Provider.CPU, why)
        for candidate in candidates:
            note, session = self._compare(runtime, model, wanted, candidate, probe, threads)
            self.note = note
            if session is not None:
                self._session, self.provider = session, candidate
                break
        if self.note is not None and self.note.reason:
            log.warning("model %s computes on the CPU: %s", self.name, self.note.reason)

    def _compare(
        self, runtime: Runtime, model: bytes, wanted: Provider, candidate: Provider, probe: Probe | None, threads: int
    ) -> tuple[ProviderNote, RawSession | None]:
        try:
            other = runtime.open(model, candidate, threads)
            if PROVIDER_NAMES[candidate] not in other.get_providers():  # it drops what it cannot start, without an error
                return ProviderNote(self.name, wanted, Provider.CPU, f"{candidate.value} does not start on this machine"), None
            shapes = {node.name: tuple(node.shape) for node in self._session.get_inputs()}
            feeds = probe.named(tuple(shapes)) if probe is not None else fixed_feeds(shapes)
            note = compared(self.name, wanted, candidate, self._session.run, other.run, feeds, probe)
        except Exception as error:  # a driver may raise anything; the CPU computes all the same
            return ProviderNote(self.name, wanted, Provider.CPU, f"{candidate.value} fails: {type(error).__name__}"), None
        return note, other if note.used is candidate else None

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers in use, the first is preferred."""
        return tuple(self._session.get_providers())

    def input_shape(self, name: str) -> tuple[int | str | None, ...]:
        """The declared shape of an input; a string or None stands for a free dimension."""
        return next(tuple(node.shape) for node in self._session.get_inputs() if node.name == name)

    def metadata(self) -> Mapping[str, str]:
        """The model's own key-value metadata (PP-OCR keeps its character list there)."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, feeds: Mapping[str, npt.NDArray[Any]], outputs: Sequence[str] | None = None) -> tuple[npt.NDArray[Any], ...]:
        """One inference: arrays by input name -> arrays in the order of `outputs` (None = all).

        Raises:
            ModelFault: MODEL_CORRUPT when the inference fails (a wrong shape means that this is not the model it claims to be).
        """
        try:
            with self._turn:
                results = self._session.run(None if outputs is None else list(outputs), dict(feeds))
        except Exception as error:  # ONNX Runtime raises a dozen unrelated C++ bound types
            message = f"inference of {self.name} failed: {type(error).__name__}"
            raise ModelFault(ErrorCode.MODEL_CORRUPT, message, model=self.name) from error
        return tuple(np.asarray(result) for result in results)


def _model_bytes(path: Path, edit: Edit | None, convert: Edit | None) -> bytes:
    try:
        model = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelFault(ErrorCode.MODEL_MISSING, f"model file {path.name} is not there", model=path.stem) from error
    except OSError as error:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, f"model file {path.name} cannot be read ({error.strerror})", model=path.stem) from error
    try:
        model = without_tiny_weights(model if convert is None else convert(model))
        return model if edit is None else edit(model)
    except NotOnnx as error:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, f"{path.name} is not the model it should be: {error}", model=path.stem) from error
