"""The finder's network: a small U of convolutions; one value per 4 x 4 pixels."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import interpolate


def _block(inputs: int, outputs: int, *, stride: int = 1, dilation: int = 1, kernel: int = 3) -> nn.Sequential:
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class FinderNet(nn.Module):
    """n x 1 x h x w grey, -1 .. 1, sides multiples of 16 -> n x 3 x h/4 x w/4: logit of "line of a zone", cosine and sine of reading."""

    def __init__(self) -> None:
        super().__init__()
        self.quarter = nn.Sequential(_block(1, 8, stride=2), _block(8, 16, stride=2), _block(16, 16))
        self.eighth = nn.Sequential(_block(16, 32, stride=2), _block(32, 32))
        self.deep = nn.Sequential(_block(32, 48, stride=2), _block(48, 48, dilation=2), _block(48, 48, dilation=4), _block(48, 48))
        self.from_deep, self.from_eighth = _block(48, 32, kernel=1), _block(32, 16, kernel=1)
        self.mix_eighth, self.mix_quarter = _block(32, 32), _block(16, 16)
        self.head = nn.Conv2d(16, 3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        quarter = self.quarter(x)
        eighth = self.eighth(quarter)
        deep = self.from_deep(self.deep(eighth))
        eighth = self.mix_eighth(eighth + interpolate(deep, scale_factor=2.0, mode="nearest"))
        quarter = self.mix_quarter(quarter + interpolate(self.from_eighth(eighth), scale_factor=2.0, mode="nearest"))
        found: torch.Tensor = self.head(quarter)
        return found


class Exported(nn.Module):
    """With the sigmoid, as the product uses it."""

    def __init__(self, net: FinderNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        found = self.net(picture)
        return torch.cat([torch.sigmoid(found[:, :1]), found[:, 1:]], dim=1)
