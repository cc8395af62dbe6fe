"""A document page held before the camera where a face was asked for."""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.imaging.frame import Image


def held_up(page: Image, width: int, *, left: int = 60) -> Image:
    """The card before a camera: smaller, at an angle, soft, noisy."""
    height = round(width * page.shape[0] / page.shape[1])
    source = np.array([[0, 0], [page.shape[1], 0], [page.shape[1], page.shape[0]], [0, page.shape[0]]], np.float32)
    corners = np.array([[0, 0.03], [1, 0], [0.98, 1], [0.02, 0.96]], np.float32) * (width, height) + (left, 60)
    frame = np.full((720, 1280, 3), 130, np.uint8)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    cv2.warpPerspective(page, matrix, (1280, 720), frame, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    grain = np.random.default_rng(3).normal(0, 5, frame.shape)
    return np.clip(cv2.GaussianBlur(frame, (0, 0), 1.1) + grain, 0, 255).astype(np.uint8)
