#!/usr/bin/env python3
"""Draws our icon: a telephone's handset that speaks.

usage: draw_icon.py PIXELS FILE.png      (icon.png is 512, icon-64.png is 64)
"""

import struct
import sys
import zlib
from math import atan2, cos, hypot, pi, sin

SAMPLES = 3  # Each pixel is the mean of so many squared.


def rounded_box(x: float, y: float, half_width: float, half_height: float, radius: float) -> float:
    """Signed distance, negative inside."""
    dx, dy = abs(x) - half_width + radius, abs(y) - half_height + radius
    return hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius


def arc(x: float, y: float, radius: float, middle: float, reach: float, thickness: float) -> float:
    """A stroke with round ends along a circle round the origin, `reach` to both sides of the angle `middle`."""
    angle = (atan2(y, x) - middle + pi) % (2 * pi) - pi
    if abs(angle) > reach:
        end = middle + (reach if angle > 0 else -reach)
        return hypot(x - radius * cos(end), y - radius * sin(end)) - thickness
    return abs(hypot(x, y) - radius) - thickness


def melt(a: float, b: float, width: float) -> float:
    """The union of two shapes, their joint filled."""
    share = max(width - abs(a - b), 0) / width
    return min(a, b) - share * share * width / 4


def handset(x: float, y: float) -> float:
    turn = -pi / 4
    x, y = (x + 0.06) / 1.3, (y - 0.06) / 1.3
    x, y = x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)
    shape = arc(x, y + 0.42, 0.60, pi / 2, 0.62, 0.085)
    for side in (-1, 1):
        ear = rounded_box(x - side * 0.385, y + 0.045, 0.135, 0.125, 0.06)
        shape = melt(shape, ear, 0.09)
    return shape


def colour(x: float, y: float) -> tuple[float, float, float, float]:
    """Red, green, blue, opacity at a point of the square from -1 to 1, y downwards."""
    if rounded_box(x, y, 0.96, 0.96, 0.42) > 0:
        return 0, 0, 0, 0
    waves = min(arc(x + 0.02, y - 0.02, radius, -pi / 4, 0.62, 0.055) for radius in (0.34, 0.60))
    if handset(x, y) < 0:
        return 255, 255, 255, 1
    if waves < 0:
        return 253, 224, 130, 1
    depth = (x + y + 2) / 4
    return 20 - 8 * depth, 150 - 76 * depth, 140 - 40 * depth, 1


def pixel(column: int, row: int, size: int) -> bytes:
    total = [0.0] * 4
    for sample in range(SAMPLES * SAMPLES):
        x = (column + (sample % SAMPLES + 0.5) / SAMPLES) / size * 2 - 1
        y = (row + (sample // SAMPLES + 0.5) / SAMPLES) / size * 2 - 1
        *rgb, opacity = colour(x, y)
        total = [sum_ + part * opacity for sum_, part in zip(total, (*rgb, 1))]
    opacity = total[3]
    rgb = [round(part / opacity) if opacity else 0 for part in total[:3]]
    return bytes((*rgb, round(255 * opacity / SAMPLES**2)))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    size, file = int(sys.argv[1]), sys.argv[2]
    rows = (b"\0" + b"".join(pixel(column, row, size) for column in range(size)) for row in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    with open(file, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) +
                  chunk(b"IEND", b""))


if __name__ == "__main__":
    main()
