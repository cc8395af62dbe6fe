"""Teaches the recogniser's last layer letters with diacritics, and writes models/latin_letters.npz. One command, one CPU core:

    python -m models.training.latin_letters.train RECOGNISER.onnx --fonts FOLDER ... --lines 7400 --out out/letters

PP-OCRv6 lists these letters (Ø, Ů, Ț ...) but hardly ever says them: it was trained on text that seldom has them. Its features tell them
apart. So all of the network stays as published, and only the letters' own columns of the last layer are trained, on drawn lines, from
features that are computed once. Fonts named by --held-out are drawn for the test alone.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from PIL import Image, ImageDraw, ImageFont
from torch.nn.functional import cross_entropy

from kiosk.engines.text_alphabet import kept_classes, listed_characters

HEIGHT = 48
SEED = 41_000
LETTERS = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŤŪŮŰŲŸŹŻŽȘȚ"
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüýþÿāăąćčďđēėęěğģīįıķĺļľłńņňōőœŕřśşšťūůűųźżžșț"
)
"""Every letter with a diacritic of the official languages of Europe that are written in Latin letters."""
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Features = npt.NDArray[np.float32]


def say(*parts: object) -> None:
    sys.stdout.write(" ".join(map(str, parts)) + "\n")
    sys.stdout.flush()


def words(draw: random.Random, count: int) -> Iterator[str]:
    """Lines as documents print them: mostly capitals, one letter in four with a diacritic, numbers and places among them."""
    upper, lower = [one for one in LETTERS if one.isupper()], [one for one in LETTERS if one.islower()]
    for _ in range(count):
        kind = draw.random()
        if kind < 0.12:  # what no diacritic belongs to
            yield "".join(draw.choice(PLAIN + "0123456789. /-") for _ in range(draw.randint(5, 14))).strip() or "A1"
            continue
        parts = []
        for _ in range(draw.choice((1, 1, 2))):
            capital = kind < 0.85
            plain = PLAIN if capital else PLAIN.lower()
            own = upper if capital else lower
            share = draw.choice((0.0, 0.3, 0.5))
            text = "".join(draw.choice(own) if draw.random() < share else draw.choice(plain) for _ in range(draw.randint(3, 11)))
            parts.append(text if capital else draw.choice(PLAIN + "".join(upper)) + text)
        yield " ".join(parts)


def drawn(text: str, font: Path, draw: random.Random) -> npt.NDArray[np.uint8]:
    """One line as a crop of a photographed page, 48 px high, BGR."""
    size = draw.randint(15, 44)
    face = ImageFont.truetype(str(font), size)
    left, top, right, bottom = face.getbbox(text)
    capital = face.getbbox("H")
    above = min(top, capital[1] - round(0.28 * size))
    below = max(bottom, capital[3] + round(0.12 * size))
    pad = [round(size * draw.uniform(-0.02, 0.3)) for _ in range(2)]
    width, height = round(right - left + size * draw.uniform(0.2, 0.8)), round(below - above + sum(pad))
    paper = np.array([draw.randint(170, 250) for _ in range(3)], np.float32)
    ink = np.array([draw.randint(5, 90) for _ in range(3)], np.float32)
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).text((size * draw.uniform(0.08, 0.25) - left, pad[0] - above), text, 255, font=face)
    alpha = np.asarray(mask, np.float32)[..., None] / 255
    picture = np.broadcast_to(paper, (height, width, 3)).copy()
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    for _ in range(draw.choice((0, 1, 2))):  # a pattern of the page behind the text
        phase = columns * draw.uniform(0.02, 0.6) + rows * draw.uniform(-0.6, 0.6) + 2 * np.sin(columns * draw.uniform(0.01, 0.1))
        picture += (np.sin(phase) > draw.uniform(0.3, 0.95))[..., None] * np.array([draw.uniform(-45, 15) for _ in range(3)], np.float32)
    picture = picture * (1 - alpha) + ink * alpha
    picture *= draw.uniform(0.45, 1.05)
    if draw.random() < 0.7:
        picture = cv2.GaussianBlur(picture, (0, 0), size * draw.uniform(0.008, 0.055))
    if draw.random() < 0.2:
        length = max(2, round(size * draw.uniform(0.03, 0.1)))
        picture = cv2.blur(picture, (length, 1) if draw.random() < 0.5 else (1, length))
    tilt = draw.uniform(-0.012, 0.012)
    matrix = np.array([[1, draw.uniform(-0.08, 0.08), 0], [tilt, 1, -tilt * width / 2]], np.float32)
    picture = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    noise = np.random.default_rng(draw.randrange(2**31)).normal(0, draw.uniform(0, 9), picture.shape)
    pixels = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if draw.random() < 0.6:
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, draw.randint(35, 95)])
        pixels = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.resize(pixels, (max(24, round(width * HEIGHT / height)), HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)


class Backbone:
    """The published recogniser up to its last layer, and that layer cut down to what the product keeps."""

    def __init__(self, path: Path) -> None:
        model = onnx.load(str(path))
        listed = listed_characters(path.read_bytes())
        assert listed is not None, "the recogniser carries no character list"
        self.kept = kept_classes(listed)
        self.characters = [listed[index] for index in self.kept]
        weights = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
        wide = next(name for name, value in weights.items() if value.ndim == 2 and value.shape[1] == len(listed))
        flat = next(name for name, value in weights.items() if value.ndim == 1 and value.shape[0] == len(listed))
        self.weight, self.bias = weights[wide][:, self.kept].copy(), weights[flat][self.kept].copy()
        node = next(node for node in model.graph.node if wide in node.input)
        name = next(one for one in node.input if one != wide)
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        self._name, self._input = name, self._session.get_inputs()[0].name

    def features(self, line: npt.NDArray[np.uint8]) -> Features:
        """steps x channels."""
        width = max(96, -(-line.shape[1] // 8) * 8)
        feed = np.zeros((1, 3, HEIGHT, width), np.float32)
        feed[0, :, :, : line.shape[1]] = line.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
        (found,) = self._session.run([self._name], {self._input: feed})
        return np.asarray(found, np.float32).reshape(-1, self.weight.shape[0])[: -(-line.shape[1] // 8)]


def targets(found: Features, text: str, net: Backbone, position: dict[str, int]) -> npt.NDArray[np.int64] | None:
    """The class of each step: 0 where the network saw nothing, the printed letter where it saw one; None when it read another number."""
    best = (found @ net.weight + net.bias).argmax(axis=1)
    starts = [at for at in range(len(best)) if best[at] and (at == 0 or best[at] != best[at - 1])]
    read = "".join(net.characters[best[at]] for at in starts)
    if len(read) != len(starts):
        return None
    folded, printed = _folded(read), _folded(text)
    if len(read) != len(text) or SequenceMatcher(None, folded, printed).ratio() < 0.5:
        return None
    labels = np.zeros(len(best), np.int64)
    number = -1
    for at in range(len(best)):
        if at in starts:
            number += 1
        if best[at]:
            labels[at] = position.get(text[number], -100)
    return labels


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", one)[0] for one in text).upper()


def collected(net: Backbone, fonts: list[Path], count: int, seed: int) -> tuple[Features, npt.NDArray[np.int64]]:
    draw = random.Random(seed)
    position = {one: index for index, one in enumerate(net.characters)}
    rows, labels, began = [], [], time.perf_counter()
    for number, text in enumerate(words(draw, count)):
        found = net.features(drawn(text, draw.choice(fonts), draw))
        known = targets(found, text, net, position)
        if known is not None:
            keep = (known > 0) | (np.random.default_rng(number).random(len(known)) < 0.3)
            rows.append(found[keep])
            labels.append(known[keep])
        if number % 500 == 499:
            say(f"{number + 1} lines, {len(rows)} used, {time.perf_counter() - began:.0f} s")
    return np.concatenate(rows), np.concatenate(labels)


def fitted(net: Backbone, rows: Features, labels: npt.NDArray[np.int64], epochs: int) -> tuple[Features, Features]:
    """The letters' columns (channels x letters) and biases."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    position = {one: index for index, one in enumerate(net.characters)}
    columns = torch.tensor([position[one] for one in LETTERS])
    weight, bias = torch.tensor(net.weight), torch.tensor(net.bias)
    own = torch.nn.Parameter(weight[:, columns].clone())
    own_bias = torch.nn.Parameter(bias[columns].clone())
    known = labels >= 0
    x, y = torch.tensor(rows[known]), torch.tensor(labels[known])
    with torch.no_grad():
        others = x @ weight + bias
        others[:, columns] = -1e4
        rest = torch.logsumexp(others, dim=1)  # all that stays as it is, as one class
        at = {int(column): number for number, column in enumerate(columns)}
        mine = torch.tensor([at.get(int(one), len(columns)) for one in y])
    optimiser = torch.optim.Adam([own, own_bias], lr=0.02)
    start = own.detach().clone()
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        total = 0.0
        for batch in order.split(1024):
            logits = torch.cat([x[batch] @ own + own_bias, rest[batch, None]], dim=1)
            loss = cross_entropy(logits, mine[batch]) + 1e-5 * ((own - start) ** 2).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach()) * len(batch)
        for group in optimiser.param_groups:
            group["lr"] *= 0.9
        if epoch % 5 == 4:
            say(f"epoch {epoch + 1}: {total / len(x):.4f}")
    return own.detach().numpy(), own_bias.detach().numpy()


def tested(net: Backbone, weight: Features, bias: Features, rows: Features, labels: npt.NDArray[np.int64]) -> dict[str, float]:
    """By step: letters with a diacritic that are right, and other characters that stay as they were, before and after."""
    position = {one: index for index, one in enumerate(net.characters)}
    own = np.array([position[one] for one in LETTERS])
    wide, flat = net.weight.copy(), net.bias.copy()
    before = (rows @ wide + flat).argmax(axis=1)
    wide[:, own], flat[own] = weight, bias
    after = (rows @ wide + flat).argmax(axis=1)
    marked, plain = np.isin(labels, own), (labels > 0) & ~np.isin(labels, own)
    wrong = Counter(
        f"{net.characters[label]}>{net.characters[said]}"
        for label, said in zip(labels[marked], after[marked], strict=True)
        if label != said
    )
    say("most frequent errors", wrong.most_common(20))
    return {
        "marked": int(marked.sum()),
        "marked_before": float((before[marked] == labels[marked]).mean()),
        "marked_after": float((after[marked] == labels[marked]).mean()),
        "plain": int(plain.sum()),
        "plain_before": float((before[plain] == labels[plain]).mean()),
        "plain_after": float((after[plain] == labels[plain]).mean()),
    }


def has_letters(path: Path) -> bool:
    face = ImageFont.truetype(str(path), 40)
    missing = bytes(face.getmask("\U0010fffd"))
    return all(bytes(face.getmask(one)) != missing for one in "ŮȚØĹŁĘȘŐ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recogniser", type=Path)
    parser.add_argument("--fonts", type=Path, nargs="+", required=True, help="folders of fonts")
    parser.add_argument("--held-out", nargs="*", default=["NotoSansMono", "Courier", "LiberationSerif"], help="beginnings of font names")
    parser.add_argument("--lines", type=int, default=7400)
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="features of earlier runs (features-*.npz) to train on as well")
    parser.add_argument("--reluctance", type=float, default=3.0, help="subtracted from the biases: documents have fewer diacritics")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path("out/letters"))
    arguments = parser.parse_args()
    found = {path.name: path for folder in arguments.fonts for path in sorted(folder.rglob("*.[ot]tf"))}
    fonts = [path for path in found.values() if has_letters(path)]
    held = [path for path in fonts if path.name.startswith(tuple(arguments.held_out))]
    used = [path for path in fonts if path not in held]
    say(f"{len(used)} fonts, {len(held)} held out: {', '.join(path.stem for path in held)}")
    net = Backbone(arguments.recogniser)
    arguments.out.mkdir(parents=True, exist_ok=True)
    cache = arguments.out / f"features-{arguments.lines}-{arguments.seed}.npz"
    if not cache.is_file():
        rows, labels = collected(net, used, arguments.lines, arguments.seed)
        unseen, truth = collected(net, held, max(200, arguments.lines // 8), arguments.seed + 1)
        fresh, fresh_truth = collected(net, used, max(200, arguments.lines // 8), arguments.seed + 2)
        np.savez(cache, rows=rows, labels=labels, unseen=unseen, truth=truth, fresh=fresh, fresh_truth=fresh_truth)
    data = np.load(cache)
    parts = [data, *(np.load(path) for path in arguments.more)]
    rows, labels = (np.concatenate([part[name] for part in parts]) for name in ("rows", "labels"))
    weight, bias = fitted(net, rows, labels, arguments.epochs)
    weight, bias = weight.astype(np.float16).astype(np.float32), bias - np.float32(arguments.reluctance)
    say("fresh lines, fonts of the training", tested(net, weight, bias, data["fresh"], data["fresh_truth"]))
    say("held-out fonts", tested(net, weight, bias, data["unseen"], data["truth"]))
    np.savez_compressed(arguments.out / "latin_letters.npz", letters=np.array(list(LETTERS)), weight=weight, bias=bias)
    return 0


if __name__ == "__main__":
    sys.exit(main())
