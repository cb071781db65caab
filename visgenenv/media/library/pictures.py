"""Reads the headers of pictures: upright size, and whether the file ends where its format says. No pixel is decoded."""

from __future__ import annotations

import warnings
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from visgenenv.media.library.boxes import outer_boxes
from visgenenv.media.library.refusal import Refused

MOST_PIXELS = 120_000_000
"""Pixels a picture may have: more than any phone's, and 360 MB once decoded."""

_FORMS = (
    (0, b"\xff\xd8\xff", "JPEG"), (0, b"\x89PNG\r\n\x1a\n", "PNG"), (8, b"WEBP", "WEBP"), (0, b"GIF8", "GIF"),
    (0, b"II*\0", "TIFF"), (0, b"MM\0*", "TIFF"), (4, b"ftypavi", "AVIF"), (0, b"BM", "BMP"),
)  # fmt: skip
_QUARTER_TURNS = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112
_PIECE = 1 << 16


def picture_form(head: bytes) -> str | None:
    """Return Pillow's name for the format of a file that begins so, or None if it is no picture."""
    return next((form for at, mark, form in _FORMS if head[at:].startswith(mark)), None)


def read_picture(file: BinaryIO, size: int, form: str) -> tuple[int, int]:
    """Return width and height as a viewer shows it, turned as its Exif data say."""
    with open_picture(file, form) as image:
        scan, (width, height) = file.tell(), image.size  # a JPEG's header is read up to where its scan begins
        if form == "PNG":
            image.info["exif"] = _png_exif(file, size)  # Pillow would decode the picture to look for it
        if width * height > MOST_PIXELS:
            raise Refused(f"too many pixels: {width}x{height}; at most {MOST_PIXELS:,} are read")
        if image.getexif().get(_ORIENTATION) in _QUARTER_TURNS:
            width, height = height, width
        _is_whole(file, size, image, scan)
    return width, height


def open_picture(file: BinaryIO, form: str) -> Image.Image:
    """Read a picture's header; its pixels stay where they are."""
    if form not in Image.OPEN:
        Image.init()
    if form not in Image.OPEN:
        raise Refused(f"a picture in {form}, which the installed Pillow does not read")
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about pixels, whose number our own limit checks, and odd metadata
            return Image.open(file, formats=(form,))
    except UnidentifiedImageError as error:
        raise Refused(f"broken: its header is not that of a {form} picture") from error
    except Image.DecompressionBombError as error:
        raise Refused(f"too many pixels; at most {MOST_PIXELS:,} are read") from error


def _png_exif(file: BinaryIO, size: int) -> bytes:
    """Walk the chunks of a PNG to its end; return its Exif data, which may stand behind the pixels."""
    at, exif = 8, b""
    while True:
        file.seek(at)
        head = file.read(8)
        length, name = int.from_bytes(head[:4]), head[4:]
        if len(head) < 8 or at + 12 + length > size:
            raise Refused("cut off: its end is missing")
        if name == b"IEND":
            return exif
        if name == b"eXIf" and length <= _PIECE:
            exif = file.read(length)
        at += 12 + length


def _is_whole(file: BinaryIO, size: int, image: Image.Image, scan: int) -> None:
    """Refuse a picture that ends before its format says it does."""
    if max((int(tile[2]) for tile in getattr(image, "tile", ())), default=0) >= size:
        raise Refused("cut off: its pixels are missing")
    tail_at = max(0, size - _PIECE)
    file.seek(tail_at)
    tail = file.read(_PIECE)
    whole = True
    if image.format in ("JPEG", "MPO"):
        whole = _ends(file, scan, tail_at, tail)
    elif image.format == "WEBP":
        file.seek(4)
        whole = int.from_bytes(file.read(4), "little") + 8 <= size
    elif image.format == "AVIF":
        whole = bool(list(outer_boxes(file, size)))
    elif image.format == "GIF":
        whole = tail.rstrip(b"\0").endswith(b";")
    if not whole:
        raise Refused("cut off: its end is missing")


def _ends(file: BinaryIO, scan: int, tail_at: int, tail: bytes) -> bool:
    """Whether a JPEG's scan ends. Its thumbnail has an end of its own; phones put films behind the picture."""
    if b"\xff\xd9" in tail[max(0, scan - tail_at) :]:
        return True
    file.seek(scan)
    return tail_at > scan and b"\xff\xd9" in file.read()
