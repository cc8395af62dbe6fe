"""The reader's network: convolutions alone, so that a line of any length goes through; one step per four pixels."""

from __future__ import annotations

import torch
from torch import nn

from kiosk.domain.mrz_layout import ALPHABET

CLASSES = 1 + len(ALPHABET)


def _block(inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class _Context(nn.Module):
    """Looks along the line: the pitch and the print of the neighbours tell what a smeared character is."""

    def __init__(self, channels: int, kernel: int, dilation: int) -> None:
        super().__init__()
        reach = dilation * (kernel // 2)
        self.conv = nn.Conv2d(channels, channels, (1, kernel), padding=(0, reach), dilation=(1, dilation), bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(x + self.norm(self.conv(x)))  # type: ignore[no-any-return]


class LineNet(nn.Module):
    """n x 1 x 32 x width grey, mean 0 and deviation 1 per line -> n x width/4 x CLASSES logits."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _block(1, 24, (3, 3), (2, 2), (1, 1)),
            _block(24, 32, (3, 3), (1, 1), (1, 1)),
            _block(32, 48, (3, 3), (2, 2), (1, 1)),
            _block(48, 64, (3, 3), (1, 1), (1, 1)),
            _block(64, 80, (3, 3), (2, 1), (1, 1)),
            _block(80, 96, (3, 3), (1, 1), (1, 1)),
            _block(96, 128, (4, 3), (1, 1), (0, 1)),
        )
        self.context = nn.Sequential(_Context(128, 5, 1), _Context(128, 3, 3))
        self.drop = nn.Dropout(0.1)
        self.head = nn.Conv2d(128, CLASSES, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = self.head(self.drop(self.context(self.body(x))))
        return logits[:, :, 0].transpose(1, 2)


class Exported(nn.Module):
    """With the softmax, as the product uses it."""

    def __init__(self, net: LineNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, line: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.net(line), dim=2)
