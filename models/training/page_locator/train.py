"""Trains the page network on a folder of `dataset.py` and writes an ONNX file.

    nice -n 10 python -m models.training.page_locator.train FOLDER models/page_locator.onnx --minutes 25

One thread; chunks that appear while it runs are used from the next round on.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.training.page_locator.net import PageNet, loss

BATCH = 16
HELD_BACK = 1  # the first chunks only validate
Bytes = npt.NDArray[np.uint8]


def load(path: Path) -> tuple[Bytes, Bytes]:
    with np.load(path) as chunk:
        return chunk["pictures"], chunk["labels"]


def batch(pictures: Bytes, labels: Bytes, random: np.random.Generator, *, varied: bool) -> tuple[torch.Tensor, torch.Tensor]:
    x, y = pictures.astype(np.float32).transpose(0, 3, 1, 2), labels.astype(np.float32) / 255
    if varied:
        turns = int(random.integers(4))
        x, y = np.rot90(x, turns, (2, 3)), np.rot90(y, turns, (2, 3))
        if random.random() < 0.5:
            x, y = x[..., ::-1], y[..., ::-1]
        if random.random() < 0.3:
            x = x[:, random.permutation(3)]
        gain = random.uniform(0.7, 1.35, (len(x), 1, 1, 1)) * random.uniform(0.9, 1.1, (len(x), 3, 1, 1))
        x = np.clip(x * gain + random.uniform(-25, 25, (len(x), 1, 1, 1)), 0, 255)
        grey = random.random(len(x)) < 0.1
        x[grey] = x[grey].mean(axis=1, keepdims=True)
    return torch.from_numpy(np.ascontiguousarray(x, np.float32)), torch.from_numpy(np.ascontiguousarray(y, np.float32))


def validated(net: PageNet, chunks: list[tuple[Bytes, Bytes]]) -> str:
    net.eval()
    sums = np.zeros((2, 2))
    total = 0.0
    steps = 0
    with torch.no_grad():
        for pictures, labels in chunks:
            for at in range(0, len(pictures), 25):
                x, y = batch(pictures[at : at + 25], labels[at : at + 25], np.random.default_rng(0), varied=False)
                logits = net(x)
                total, steps = total + float(loss(logits, y)), steps + 1
                said, true = logits[:, :2] > 0, y[:, :2] > 0.5
                for plane in range(2):
                    sums[plane] += (float((said & true)[:, plane].sum()), float((said | true)[:, plane].sum()))
    net.train()
    page, outline = sums[:, 0] / np.maximum(sums[:, 1], 1)
    return f"loss {total / max(steps, 1):.4f} page IoU {page:.4f} outline IoU {outline:.4f}"


def export(net: PageNet, path: Path) -> None:
    net.eval()
    free = {0: torch.export.Dim("n"), 2: 16 * torch.export.Dim("h16"), 3: 16 * torch.export.Dim("w16")}
    torch.onnx.export(
        net,
        (torch.zeros(2, 3, 96, 128),),
        str(path),
        input_names=["picture"],
        output_names=["planes"],
        dynamic_shapes=(free,),
        dynamo=True,
        external_data=False,
        opset_version=18,
        verbose=False,
    )
    net.train()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    net = PageNet().to(memory_format=torch.channels_last)
    if options.start:
        net.load_state_dict(torch.load(options.start))
    weights = sum(one.numel() for one in net.parameters())
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=1e-3)
    began, seen, report = time.monotonic(), 0, time.monotonic()
    held = [load(path) for path in sorted(options.folder.glob("??????.npz"))[:HELD_BACK]]
    print(f"{weights} weights", flush=True)  # noqa: T201
    while (share := (time.monotonic() - began) / (60 * options.minutes)) < 1:
        files = sorted(options.folder.glob("??????.npz"))[HELD_BACK:]
        chosen = random.permutation(len(files))[:4]  # mixed four at a time: more need not fit in memory
        parts = [load(files[index]) for index in chosen]
        pictures, labels = np.concatenate([one for one, _ in parts]), np.concatenate([other for _, other in parts])
        order = random.permutation(len(pictures))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            share = (time.monotonic() - began) / (60 * options.minutes)
            if share >= 1:
                break
            rate = options.rate * min(1.0, (seen + BATCH) / 1600) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
            for group in optimiser.param_groups:
                group["lr"] = rate
            rows = order[at : at + BATCH]
            x, y = batch(pictures[rows], labels[rows], random, varied=True)
            optimiser.zero_grad(set_to_none=True)
            value = loss(net(x.contiguous(memory_format=torch.channels_last)), y)
            value.backward()
            optimiser.step()
            seen += BATCH
            if time.monotonic() - report > 60:
                report = time.monotonic()
                print(f"{share:.0%} seen {seen} of {250 * len(files)} loss {float(value):.4f}; {validated(net, held)}", flush=True)  # noqa: T201
                torch.save(net.state_dict(), options.target.with_suffix(".pt"))
    print(f"seen {seen}; {validated(net, held)}", flush=True)  # noqa: T201
    torch.save(net.state_dict(), options.target.with_suffix(".pt"))
    export(net, options.target)


if __name__ == "__main__":
    main()
