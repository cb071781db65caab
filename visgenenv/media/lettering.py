"""Words in pictures: captions that a prompt asks for, and titles laid over films, in Latin and Chinese letters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from visgenenv._data import data_dir

RGBA = tuple[int, int, int, int]
LEAST_PX = 7
MARGIN = 0.05
"""Titles keep this share of the frame free on every side."""


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the bundled font (Latin-1 and the 6763 Chinese characters of GB2312) at a size in pixels."""
    return ImageFont.truetype(str(data_dir("media_db") / "fonts" / "visgen-hans.otf"), max(LEAST_PX, size))


def caption(text: str, width: int, height: int) -> tuple[Image.Image, tuple[int, int]]:
    """Return a caption for the upper part of a frame, and where its corner goes."""
    size = max(LEAST_PX, round(0.13 * min(height, width * 1.2)))
    while size > LEAST_PX and len(wrapped(text, size, 0.88 * width)) > 2:
        size = round(size * 0.85)
    block = _block(wrapped(text, size, 0.88 * width), size, (255, 255, 255, 255), (34, 30, 44, 235), max(1, size // 12))
    return block, (max(0, (width - block.width) // 2), round(0.045 * height))


def wrapped(text: str, size: int, room: float) -> list[str]:
    """Break a text into lines no wider than `room` pixels: between words, or between Chinese characters."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph):
            if line and font(size).getlength(line + piece.rstrip()) > room:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return [line for line in lines if line]


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        word += char
        if char.isspace() or char >= "\u2e80" or len(word) >= 24:
            yield word
            word = ""
    if word:
        yield word


def _block(
    lines: list[str], size: int, colour: RGBA, stroke: RGBA, stroke_width: float, box: RGBA | None = None
) -> Image.Image:
    """Draw lines centred under each other, as large as they need."""
    face, line_height, edge = font(size), round(size * 1.28), round(stroke_width)
    widths = [face.getlength(_drawable(line)) for line in lines] or [1.0]
    pad = edge + max(2, size // 5)
    block = Image.new(
        "RGBA", (round(max(widths)) + 2 * pad, line_height * max(1, len(lines)) + 2 * pad), box or (0, 0, 0, 0)
    )
    draw = ImageDraw.Draw(block)
    for row, (line, width) in enumerate(zip(lines, widths, strict=False)):
        place = ((block.width - width) / 2, pad + row * line_height)
        draw.text(place, _drawable(line), font=face, fill=colour, stroke_width=edge, stroke_fill=stroke)
    return block


def _drawable(text: str) -> str:
    """Replace lone surrogates, which no font has."""
    return text.encode("utf-8", "replace").decode()


def colour_of(text: str | None, default: RGBA) -> RGBA:
    """Read #RRGGBB or #RRGGBBAA."""
    digits = (text or "").lstrip("#")
    if len(digits) not in (6, 8):
        return default
    try:
        red, green, blue, alpha = bytes.fromhex(digits.ljust(8, "f"))
    except ValueError:
        return default
    return red, green, blue, alpha


def title(
    text: str, params: dict[str, Any], width: int, height: int, scale: float
) -> tuple[Image.Image, tuple[int, int]]:
    """Return the picture of one cue and where its corner goes.

    `params` are those of a `titles` recipe, in pixels of the film itself; `scale` is drawn pixels per film pixel.
    """
    size = max(LEAST_PX, round(float(params.get("font_size") or 50) * scale))
    room = (1 - 2 * MARGIN) * width
    while size > LEAST_PX and len(wrapped(text, size, room)) * size * 1.3 > 0.5 * height:
        size = round(size * 0.85)
    lines = wrapped(text, size, room)
    if params.get("missing_glyphs"):
        lines = ["".join(char if char.isascii() else "□" for char in line) for line in lines]
    block = _block(
        lines,
        size,
        colour_of(params.get("font_color"), (255, 255, 255, 255)),
        colour_of(params.get("stroke_color"), (0, 0, 0, 255)),
        float(params.get("stroke_width") or 0) * scale,
        colour_of(params["background_color"], (0, 0, 0, 0)) if params.get("background_color") else None,
    )
    return block, _corner(str(params.get("position") or "bottom_center"), block.size, width, height)


def _corner(position: str, block: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    left, top = round(MARGIN * width), round(MARGIN * height)
    x = left if "left" in position else width - left - block[0] if "right" in position else (width - block[0]) // 2
    if position == "lower_third":
        y = round(0.72 * height) - block[1] // 2
    elif "top" in position:
        y = top
    elif "bottom" in position:
        y = height - top - block[1]
    else:
        y = (height - block[1]) // 2
    return max(0, x), max(0, y)
