"""The network: a small U-Net that says of each 2 x 2 cell of a small picture how much of it is page, its outline, its corners."""

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
    """n x 3 x h x w (BGR, bytes as floats 0..255; h and w multiples of 16) -> n x 3 x h/2 x w/2 logits: page, outline, corner."""

    def __init__(self) -> None:
        super().__init__()
        self.at_2 = _block(3, 12, 2)
        self.at_4 = nn.Sequential(_block(12, 20, 2), Residual(20))
        self.at_8 = nn.Sequential(_block(20, 32, 2), Residual(32))
        self.at_16 = nn.Sequential(_block(32, 48, 2), Residual(48), Residual(48, 2), Residual(48))
        self.up_8, self.back_8 = nn.Conv2d(48, 32, 1), Residual(32)
        self.up_4, self.back_4 = nn.Conv2d(32, 20, 1), Residual(20)
        self.up_2, self.back_2 = nn.Conv2d(20, 12, 1), _block(12, 16)
        self.said = nn.Conv2d(16, 3, 1)

    def forward(self, picture: Tensor) -> Tensor:
        two = self.at_2((picture - 127.5) / 64.0)
        four = self.at_4(two)
        eight = self.at_8(four)
        y = self.back_8(eight + _doubled(self.up_8(self.at_16(eight))))
        y = self.back_4(four + _doubled(self.up_4(y)))
        y = self.back_2(functional.relu(two + _doubled(self.up_2(y))))
        return self.said(y)


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy, the rare planes weighted up, and one minus Dice of page and outline. `truth` 0..1."""
    weight = torch.tensor([1.0, 2.0, 2.0], device=logits.device).view(1, 3, 1, 1)
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    chance = torch.sigmoid(logits[:, :2])
    common = (chance * truth[:, :2]).sum((0, 2, 3))
    dice = 1 - (2 * common + 1) / ((chance + truth[:, :2]).sum((0, 2, 3)) + 1)
    return (entropy * weight).mean() + 0.3 * dice.mean()
