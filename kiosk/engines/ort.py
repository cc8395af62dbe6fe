"""ONNX Runtime, and the only module that imports it: sessions with bounded threads, arrays in, arrays out, our errors.

Measured on two cores: two threads halve the time of text detection (488 -> 310 ms at 480x736) and take a quarter off recognition;
spinning gains nothing and burns a core between calls, so it is off.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import ErrorCode, ModelFault

log = logging.getLogger(__name__)

MAX_THREADS = 4


class Provider(StrEnum):
    """Where a session computes. AUTO takes DirectML when this build of ONNX Runtime has it, else the CPU."""

    AUTO = "auto"
    CPU = "cpu"
    DIRECTML = "directml"


_PROVIDER_NAMES = {Provider.CPU: "CPUExecutionProvider", Provider.DIRECTML: "DmlExecutionProvider"}


def available_providers() -> tuple[str, ...]:
    """Names of the execution providers of the installed ONNX Runtime, for `doctor`."""
    import onnxruntime

    return tuple(onnxruntime.get_available_providers())


def default_threads() -> int:
    """Threads for one inference: the cores that this process may use, four at most so that the preview keeps some."""
    try:
        cores = len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:  # Windows and macOS have no affinity call in os
        cores = os.cpu_count() or 1
    return max(1, min(cores, MAX_THREADS))


class OnnxSession:
    """One loaded ONNX model. Thread-safe for `run` (ONNX Runtime's own promise for the CPU; DirectML: one thread at a time)."""

    def __init__(self, path: Path, *, threads: int | None = None, provider: Provider = Provider.CPU) -> None:
        """Loads the file.

        Args:
            path: a file that the model library has verified.
            threads: intra-op threads; None = `default_threads()`.
            provider: DIRECTML falls back to the CPU, with a log line, when this build has none.

        Raises:
            ModelFault: MODEL_MISSING when there is no file, MODEL_CORRUPT when ONNX Runtime refuses it.
        """
        import onnxruntime

        if not path.is_file():
            raise ModelFault(ErrorCode.MODEL_MISSING, f"model file {path.name} is not there", model=path.stem)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or default_threads()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: its warnings go to stderr and say nothing an operator can mend
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        names = _providers(provider, onnxruntime.get_available_providers())
        if "DmlExecutionProvider" in names:  # DirectML supports neither memory patterns nor parallel execution
            options.enable_mem_pattern = False
            options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        began = time.perf_counter()
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=names)
        except Exception as error:  # ONNX Runtime raises a dozen unrelated C++ bound types
            message = f"ONNX Runtime refuses {path.name}: {type(error).__name__}"
            raise ModelFault(ErrorCode.MODEL_CORRUPT, message, model=path.stem) from error
        self.name = path.stem
        self.inputs: tuple[str, ...] = tuple(node.name for node in self._session.get_inputs())
        self.outputs: tuple[str, ...] = tuple(node.name for node in self._session.get_outputs())
        log.info("model %s loaded in %.0f ms", path.stem, 1000 * (time.perf_counter() - began))

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
            results = self._session.run(None if outputs is None else list(outputs), dict(feeds))
        except Exception as error:  # ONNX Runtime raises a dozen unrelated C++ bound types
            message = f"inference of {self.name} failed: {type(error).__name__}"
            raise ModelFault(ErrorCode.MODEL_CORRUPT, message, model=self.name) from error
        return tuple(np.asarray(result) for result in results)


def _providers(wanted: Provider, available: Sequence[str]) -> list[str]:
    cpu, directml = _PROVIDER_NAMES[Provider.CPU], _PROVIDER_NAMES[Provider.DIRECTML]
    if wanted is Provider.CPU:
        return [cpu]
    if directml in available:
        return [directml, cpu]
    if wanted is Provider.DIRECTML:
        log.warning("DirectML is not in this build of ONNX Runtime: using the CPU")
    return [cpu]
