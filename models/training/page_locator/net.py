"""The network: a small U-Net that says of each 4 x 4 cell of a picture how much of it is page, outline of a page, corner of a page."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def _block(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.one = _block(channels, channels)
        self.two = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, dilation, dilation, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.two(self.one(x)))


class PageNet(nn.Module):
    """n x 3 x h x w (BGR, bytes as floats 0..255; h and w multiples of 32) -> n x 3 x h/4 x w/4 logits: page, outline, corner."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _block(3, 12, 2)
        self.quarter = nn.Sequential(_block(12, 24, 2), _block(24, 24))
        self.eighth = nn.Sequential(_block(24, 40, 2), Residual(40))
        self.sixteenth = nn.Sequential(_block(40, 56, 2), Residual(56))
        self.thirty_second = nn.Sequential(_block(56, 64, 2), Residual(64), Residual(64, 2))
        self.to_16 = nn.Conv2d(64, 56, 1)
        self.at_16 = Residual(56)
        self.to_8 = nn.Conv2d(56, 40, 1)
        self.at_8 = Residual(40)
        self.to_4 = nn.Conv2d(40, 24, 1)
        self.at_4 = nn.Sequential(_block(24, 24), nn.Conv2d(24, 3, 1))

    def forward(self, picture: Tensor) -> Tensor:
        x = (picture - 127.5) / 64.0
        quarter = self.quarter(self.stem(x))
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        deep = self.thirty_second(sixteenth)
        y = self.at_16(sixteenth + _doubled(self.to_16(deep)))
        y = self.at_8(eighth + _doubled(self.to_8(y)))
        return self.at_4(quarter + _doubled(self.to_4(y)))


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy, the rare planes weighted up, and one minus Dice of page and outline. `truth` 0..1."""
    weight = torch.tensor([1.0, 2.0, 4.0], device=logits.device).view(1, 3, 1, 1)
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    chance = torch.sigmoid(logits[:, :2])
    common = (chance * truth[:, :2]).sum((0, 2, 3))
    dice = 1 - (2 * common + 1) / ((chance + truth[:, :2]).sum((0, 2, 3)) + 1)
    return (entropy * weight).mean() + 0.3 * dice.mean()
