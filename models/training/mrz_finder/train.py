"""Trains the MRZ finder and writes models/mrz_finder.onnx. One command, one CPU core and one for drawing:

    python -m models.training.mrz_finder.train --minutes 20 --out out/mrz_finder

Needs what the line reader's training needs.
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
import onnx
import onnxruntime
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from models.training.mrz_finder.network import Exported, FinderNet
from models.training.mrz_finder.pages import PagePainter
from models.training.mrz_line.glyphs import load_faces

SIZES = ((512, 384), (512, 352), (480, 480), (384, 512), (512, 128), (640, 448))
"""Width and height of the pictures of a batch."""
BATCH = 8
RATE = 4e-3
DECAY = 0.02
AVERAGE = 0.997
SEED = 30_000


def draw(queue: Any, fonts: list[Path], seed: int) -> None:
    """The worker: batches without end."""
    os.nice(10)
    import cv2

    cv2.setNumThreads(1)
    painter = PagePainter(load_faces(fonts), seed)
    while True:
        width, height = SIZES[int(painter.rng.choice(len(SIZES), p=(0.35, 0.2, 0.15, 0.1, 0.08, 0.12)))]
        scenes = [painter.scene(width, height) for _ in range(BATCH)]
        pixels = np.stack([scene.pixels for scene in scenes])[:, None]
        core = np.stack([scene.core for scene in scenes]).astype(np.float16)
        queue.put((pixels, core, np.array([scene.direction for scene in scenes], np.float32)))


def export(net: FinderNet, path: Path) -> float:
    """Writes the ONNX file; returns the largest difference against torch over pictures of several sizes."""
    whole = Exported(copy.deepcopy(net)).eval()
    part = path.with_suffix(".part")
    torch.onnx.export(
        whole,
        (torch.zeros(1, 1, 384, 512),),
        str(part),
        input_names=["picture"],
        output_names=["zones"],
        dynamic_axes={"picture": {2: "height", 3: "width"}, "zones": {2: "rows", 3: "columns"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(part))
    model.producer_name, model.producer_version, model.doc_string = "", "", ""
    onnx.save(model, str(part))
    session = onnxruntime.InferenceSession(str(part), providers=["CPUExecutionProvider"])
    worst = 0.0
    for width, height in ((512, 384), (128, 640), (640, 448)):
        picture = np.random.default_rng(width).uniform(-1, 1, (1, 1, height, width)).astype(np.float32)
        with torch.no_grad():
            expected = whole(torch.from_numpy(picture)).numpy()
        (found,) = session.run(None, {"picture": picture})
        worst = max(worst, float(np.abs(expected - found).max()))
    os.replace(part, path)
    return worst


def loss_of(found: torch.Tensor, core: torch.Tensor, direction: torch.Tensor) -> tuple[torch.Tensor, float, float]:
    """Cross entropy and overlap of the map, squared error of the direction on the zone. Returns also recall and precision."""
    logit = found[:, 0]
    entropy = binary_cross_entropy_with_logits(logit, core, pos_weight=torch.tensor(1.5))
    share = torch.sigmoid(logit)
    overlap = 1 - (2 * (share * core).sum() + 1) / (share.sum() + core.sum() + 1)
    on = (core > 0.5).float()
    error = ((found[:, 1:] - direction[:, :, None, None]) ** 2).sum(1)
    turned = (error * on).sum() / (on.sum() + 1)
    with torch.no_grad():
        hit = (logit > 0).float()
        recall = float((hit * on).sum() / (on.sum() + 1))
        precision = float((hit * (core > 0.15).float()).sum() / (hit.sum() + 1))
    return entropy + 0.5 * overlap + 0.2 * turned, recall, precision


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
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
    net = FinderNet().to(memory_format=torch.channels_last)
    if arguments.resume:
        net.load_state_dict(torch.load(arguments.resume, weights_only=True))
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=arguments.rate, weight_decay=DECAY)
    began = time.monotonic()
    budget = 60 * arguments.minutes
    saved, step, sums = began, 0, np.zeros(3)
    while (spent := time.monotonic() - began) < budget:
        rate = arguments.rate * min(1.0, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * spent / budget))
        for group in optimiser.param_groups:
            group["lr"] = rate
        pixels, core, direction = queue.get()
        net.train()
        picture = torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1).to(memory_format=torch.channels_last)
        loss, recall, precision = loss_of(net(picture), torch.from_numpy(core.astype(np.float32)), torch.from_numpy(direction))
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
        sums += (float(loss), recall, precision)
        if step % 100 == 0:
            loss_mean, recall_mean, precision_mean = sums / 100
            _say(f"{spent:6.0f} s  step {step}  loss {loss_mean:.4f}  recall {recall_mean:.3f}  precision {precision_mean:.3f}")
            sums[:] = 0
        if time.monotonic() - saved > 120:
            saved = time.monotonic()
            torch.save(average.state_dict(), arguments.out / "average.pt")
            export(average, arguments.out / "mrz_finder.onnx")
    torch.save(average.state_dict(), arguments.out / "average.pt")
    worst = export(average, arguments.out / "mrz_finder.onnx")
    parameters = sum(weights.numel() for weights in net.parameters())
    size = (arguments.out / "mrz_finder.onnx").stat().st_size
    _say(f"done: {step} steps of {BATCH}, {parameters} parameters, {size} bytes, ONNX within {worst:.1e}")
    worker.terminate()
    worker.join()


if __name__ == "__main__":
    main()
