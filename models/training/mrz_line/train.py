"""Trains the MRZ line reader and writes models/mrz_line.onnx. One command, one CPU core and one for drawing:

    python -m models.training.mrz_line.train --minutes 35 --out out/mrz_line

Needs torch, onnx, onnxruntime, opencv, pillow and Debian's fonts-ocr-b (or its folder by --fonts). Each step of the line has its own
label, since the drawing knows where every character stands: that learns in minutes what CTC learns in hours, keeps the places of
characters exact, and is decoded in the same way.
"""

from __future__ import annotations

import argparse
import copy
import math
import multiprocessing
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from torch.nn.functional import cross_entropy

from models.training.mrz_line.glyphs import load_faces
from models.training.mrz_line.network import Exported, LineNet
from models.training.mrz_line.render import HEIGHT, IGNORE, STEP, Renderer

WIDTH = 384
BATCH = 32
RATE = 3e-3
DECAY = 0.02
AVERAGE = 0.998
SEED = 20_000


def normalised(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """n x h x w -> n x 1 x h x w, each with mean 0 and deviation about 1, as `kiosk.engines.mrz_line_reader` does."""
    grey = pixels.astype(np.float32)
    mean = grey.mean(axis=(1, 2), keepdims=True)
    deviation = grey.std(axis=(1, 2), keepdims=True)
    return ((grey - mean) / (deviation + 4.0))[:, None]


def draw(queue: Any, fonts: list[Path], seed: int) -> None:
    """The worker: batches without end."""
    os.nice(10)
    import cv2

    cv2.setNumThreads(1)
    renderer = Renderer(load_faces(fonts), seed)
    while True:
        samples = [renderer.window(WIDTH) for _ in range(BATCH)]
        queue.put((np.stack([sample.pixels for sample in samples]), np.stack([sample.labels for sample in samples])))


def export(net: LineNet, path: Path) -> float:
    """Writes the ONNX file; returns the largest difference of a probability against torch over lines of several widths."""
    whole = Exported(copy.deepcopy(net)).eval()
    part = path.with_suffix(".part")
    torch.onnx.export(
        whole,
        (torch.zeros(1, 1, HEIGHT, 512),),
        str(part),
        input_names=["line"],
        output_names=["steps"],
        dynamic_axes={"line": {0: "n", 3: "width"}, "steps": {0: "n", 1: "steps"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(part))
    del model.metadata_props[:]
    model.producer_name, model.producer_version, model.doc_string = "", "", ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, str(part))
    session = onnxruntime.InferenceSession(str(part), providers=["CPUExecutionProvider"])
    worst = 0.0
    for width in (64, 500, 704, 1100):
        line = np.random.default_rng(width).standard_normal((2, 1, HEIGHT, width // STEP * STEP)).astype(np.float32)
        with torch.no_grad():
            expected = whole(torch.from_numpy(line)).numpy()
        (found,) = session.run(None, {"line": line})
        worst = max(worst, float(np.abs(expected - found).max()))
    os.replace(part, path)
    return worst


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=35.0)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the ONNX file")
    parser.add_argument("--fonts", type=Path, nargs="*", default=[Path("/usr/share/fonts")])
    parser.add_argument("--resume", type=Path, help="weights of a checkpoint to begin with")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    queue: Any = multiprocessing.Queue(maxsize=12)
    worker = multiprocessing.Process(target=draw, args=(queue, arguments.fonts, arguments.seed), daemon=True)
    worker.start()

    net = LineNet().to(memory_format=torch.channels_last)
    if arguments.resume:
        net.load_state_dict(torch.load(arguments.resume, weights_only=True))
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=arguments.rate, weight_decay=DECAY)
    began = time.monotonic()
    budget = 60 * arguments.minutes
    saved, step, losses = began, 0, [0.0, 0.0, 0.0]
    while (spent := time.monotonic() - began) < budget:
        share = spent / budget
        rate = arguments.rate * min(1.0, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * share))
        for group in optimiser.param_groups:
            group["lr"] = rate
        pixels, labels = queue.get()
        target = torch.from_numpy(labels)
        net.train()
        logits = net(torch.from_numpy(normalised(pixels)).to(memory_format=torch.channels_last))
        loss = cross_entropy(logits.transpose(1, 2), target, ignore_index=IGNORE)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        with torch.no_grad():
            keep = min(AVERAGE, step / (step + 20))
            for mean, now in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
                if mean.dtype.is_floating_point:
                    mean.lerp_(now, 1 - keep)
                else:
                    mean.copy_(now)
            inked = target > 0
            losses[0] += float(loss)
            losses[1] += float((logits.argmax(2) == target)[inked].float().mean())
            losses[2] += 1
        if step % 100 == 0:
            _say(
                f"{spent:6.0f} s  step {step}  loss {losses[0] / losses[2]:.4f}  right {losses[1] / losses[2]:.4f}  rate {rate:.5f}",
            )
            losses = [0.0, 0.0, 0.0]
        if time.monotonic() - saved > 120:
            saved = time.monotonic()
            torch.save(average.state_dict(), arguments.out / "average.pt")
            export(average, arguments.out / "mrz_line.onnx")
    torch.save(average.state_dict(), arguments.out / "average.pt")
    worst = export(average, arguments.out / "mrz_line.onnx")
    parameters = sum(weights.numel() for weights in net.parameters())
    size = (arguments.out / "mrz_line.onnx").stat().st_size
    _say(f"done: {step} steps of {BATCH} windows, {parameters} parameters, {size} bytes, ONNX within {worst:.1e}")
    worker.terminate()
    worker.join()


if __name__ == "__main__":
    main()
