"""Which part of a photograph is the person, and what is behind: rough, for scenes in which the two must move differently."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image

Floats = npt.NDArray[np.float64]
_WORK_PX = 256


def outline_of(image: Image, mesh: Floats) -> npt.NDArray[np.float32]:
    """Share 0..1 of the person in each pixel, rows x columns: head and hair around the mesh, neck and shoulders below.

    Colours decide in a band around a shape that every upper body has (GrabCut); where they say nothing, the shape stands.
    """
    rows, columns = image.shape[:2]
    scale = _WORK_PX / max(rows, columns)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points = mesh[:, :2] * scale
    inner = _body(small.shape[:2], points, head=0.98, shoulders=1.5, from_chin=0.9)
    likely = _body(small.shape[:2], points, head=1.5, shoulders=2.9, from_chin=0.4)
    outer = _body(small.shape[:2], points, head=2.1, shoulders=4.4, from_chin=0.1)
    labels = np.full(small.shape[:2], cv2.GC_BGD, np.uint8)
    labels[outer > 0] = cv2.GC_PR_BGD
    labels[likely > 0] = cv2.GC_PR_FGD
    labels[inner > 0] = cv2.GC_FGD
    found = likely
    if (labels == cv2.GC_BGD).any():
        cv2.setRNGSeed(1)  # GrabCut starts from k-means
        cv2.grabCut(small, labels, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
        person = np.where((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)
        person = np.asarray(cv2.morphologyEx(person, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
        person = np.asarray(cv2.morphologyEx(person, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (27, 27))), np.uint8)
        found = np.maximum(_largest(person), inner)
    soft = cv2.GaussianBlur(found, (0, 0), 1.6)
    full = cv2.resize(soft, (columns, rows), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    return np.asarray(np.clip(full * 1.2 - 0.1, 0, 1), np.float32)


def room_behind(image: Image, matte: npt.NDArray[np.float32]) -> Image:
    """The photograph without the person: what is around them, continued softly where they stand."""
    rows, columns = image.shape[:2]
    scale = 96 / max(rows, columns)
    reach = max(3, round(0.02 * max(rows, columns)) | 1)
    free = (cv2.dilate(matte, np.ones((reach, reach), np.uint8)) < 0.05).astype(np.float32)
    small = cv2.resize(image.astype(np.float32) * free[..., None], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    weight = cv2.resize(free, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
    fill = np.full_like(small, float(np.median(image)))
    known = np.zeros(weight.shape, np.float32)
    for sigma in (48.0, 24.0, 12.0, 6.0, 3.0):
        total = cv2.GaussianBlur(weight, (0, 0), sigma)
        colour = cv2.GaussianBlur(small, (0, 0), sigma) / np.maximum(total, 1e-4)[..., None]
        sure = np.clip(total * 8 - 0.2, 0, 1)[..., None]
        fill = fill * (1 - sure) + colour * sure
        known = np.maximum(known, sure[..., 0])
    wall = cv2.resize(fill, (columns, rows), interpolation=cv2.INTER_CUBIC)
    keep = cv2.GaussianBlur(free, (0, 0), 2.0)[..., None] * free[..., None]
    return np.asarray(np.clip(image * keep + wall * (1 - keep), 0, 255), np.uint8)


def _largest(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Only the largest connected part of it."""
    count, labels, figures, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if count < 2:
        return mask
    return np.asarray(np.where(labels == 1 + int(np.argmax(figures[1:, cv2.CC_STAT_AREA])), 255, 0), np.uint8)


def _body(shape: tuple[int, ...], points: Floats, *, head: float, shoulders: float, from_chin: float) -> npt.NDArray[np.uint8]:
    """255 where an upper body is.

    Args: `head` in widths of the mesh's outline, `shoulders` in half widths of the face, `from_chin` how far below it, in half heights.
    """
    mask = np.zeros(shape[:2], np.uint8)
    low, high = points.min(axis=0), points.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    hull = cv2.convexHull(points.astype(np.float32)).reshape(-1, 2)
    cv2.fillPoly(mask, [np.round(middle + (hull - middle) * min(head, 1.2)).astype(np.int32)], 255)
    if head > 1:  # hair
        centre = (round(middle[0]), round(middle[1] - 0.25 * half[1]))
        cv2.ellipse(mask, centre, (round(half[0] * head), round(half[1] * head * 0.95)), 0, 0, 360, 255, -1)
    x, neck, wide = middle[0], 0.5 * half[0] * max(head, 1.0), shoulders * half[0]
    chin, top, end = high[1] - 0.2 * half[1], high[1] + from_chin * half[1], 2.0 * shape[0]
    sloped = top + 0.22 * wide
    body = [(x - neck, chin), (x + neck, chin), (x + neck, top), (x + wide, sloped), (x + wide * 1.15, end)]
    body += [(x - wide * 1.15, end), (x - wide, sloped), (x - neck, top)]
    cv2.fillPoly(mask, [np.round(np.array(body)).astype(np.int32)], 255)
    return mask
