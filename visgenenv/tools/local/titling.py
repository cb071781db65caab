"""Subtitles, executed: files read by libavformat, letters drawn by Pillow and laid over the frames."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from msgspec.structs import replace
from PIL import Image

from visgenenv.media.lettering import title
from visgenenv.tools.local.desk import Desk, Product, Source, film_sound
from visgenenv.tools.local.filters import TICK
from visgenenv.tools.local.reels import Frames, Reel, exact, gridded, painted, pictured
from visgenenv.tools.local.times import ROUNDING
from visgenenv.types import Asset

Cue = tuple[Fraction, Fraction, str]
Made = tuple[list[Product], dict[str, Any]]
LATIN = ("sans_latin", "serif_latin")


def add_text(
    desk: Desk,
    *,
    video: str,
    start_time: float,
    end_time: float | None,
    position: str,
    font_size: int,
    font_color: str,
    stroke_color: str,
    stroke_width: float,
    font_type: str,
    style: str,
    burn_in: bool,
    subtitles: list[dict[str, Any]] | None = None,
    subtitle_file: str | None = None,
    text: str | None = None,
    background_color: str | None = None,
) -> Made:
    """Burn words into a film, or write them as a file."""
    source = desk.film(video)
    if subtitles is not None:
        wanted = [(exact(one["start_time"]), exact(one["end_time"]), one["text"]) for one in subtitles]
    elif subtitle_file is not None:
        wanted = _read(desk, desk.call.asset(subtitle_file))
    else:
        wanted = [(exact(start_time), source.seconds if end_time is None else exact(end_time), text or "")]
    cues, data = _fitted(desk, wanted, source.seconds)
    if not burn_in:
        return [Product("subtitle", "srt", "application/x-subrip", text=srt(cues))], data
    params = {
        "position": position,
        "font_size": font_size,
        "font_color": font_color,
        "stroke_color": stroke_color,
        "stroke_width": stroke_width,
        "background_color": background_color,
        "missing_glyphs": font_type in LATIN,
    }
    if font_type in LATIN and not all(words.isascii() for _, _, words in cues):
        told = f"font {font_type!r} has latin glyphs only: other characters are drawn as boxes; use 'sans_cjk'"
        data.setdefault("warnings", []).append(told)
    desk.check_work(source.seconds, source.reel.width, source.reel.height, source.fps, 0.8)
    return [burnt(desk, source, cues, params)], data


def burnt(desk: Desk, source: Source, cues: list[Cue], params: dict[str, Any]) -> Product:
    """Write a film again with words over it; its sound stays."""
    reel, facts = with_words(source.reel, cues, params), source.facts
    sound = None
    if source.sounds:
        wave = desk.wave(source.asset, facts.sample_rate, facts.channels)
        sound = film_sound(wave, facts.n_frames, source.fps, facts.sample_rate)
    return desk.make_film(gridded(reel, source.fps), (reel.width, reel.height), source.fps, sound, facts.sample_rate)


def with_words(reel: Reel, cues: list[Cue], params: dict[str, Any]) -> Reel:
    """Return a reel with the cues over its frames, each while it lasts."""
    drawn: dict[str, tuple[Image.Image, tuple[int, int]]] = {}

    def play() -> Frames:
        for frame in reel.play():
            now = (frame.pts or 0) * Fraction(frame.time_base or TICK)
            shown = [words for start, end, words in cues if start <= now < end]
            if not shown:
                yield frame
                continue
            times = frame.pts, frame.time_base, frame.duration
            picture: Image.Image = pictured(frame)
            for row, words in enumerate(shown):
                if words not in drawn:
                    drawn[words] = title(words, params, reel.width, reel.height, 1.0)
                block, (x, y) = drawn[words]
                picture.paste(block, (x, y + (-row if y > reel.height / 2 else row) * block.height), block)
            frame = painted(picture)
            frame.pts, frame.time_base, frame.duration = times
            yield frame

    return replace(reel, play=play)


def _read(desk: Desk, file: Asset) -> list[Cue]:
    """Read a subtitle file with libavformat's demuxers."""
    text = str(file.recipe.params.get("text", ""))
    cues: list[Cue] = []
    for suffix in _suffixes(text):
        with tempfile.TemporaryDirectory(prefix="visgenenv-edit-") as folder:
            path = Path(folder) / f"cues.{suffix}"
            path.write_text(text, encoding="utf-8", errors="replace", newline="")
            try:
                cues = list(_cues(path))
            except av.FFmpegError:
                continue
        if cues:
            return cues
    return desk.refuse(f"Unable to open {file.url}: it holds no readable srt, vtt or ass cue")


def _suffixes(text: str) -> tuple[str, ...]:
    head = text.lstrip("\ufeff \r\n")[:200]
    return ("vtt",) if head.startswith("WEBVTT") else ("ass",) if head.startswith("[Script Info]") else ("srt", "ass")


def _cues(path: Path) -> Iterator[Cue]:
    with av.open(str(path)) as container:
        stream: Any = container.streams.subtitles[0]
        for packet in container.demux(stream):
            if packet.pts is None or not packet.size:
                continue
            words = bytes(packet).decode("utf-8", "replace")
            if path.suffix == ".ass":
                words = words.split(",", 8)[-1].replace("\\N", "\n")
            if words.strip():
                start = packet.pts * Fraction(packet.time_base)
                yield start, start + (packet.duration or 0) * Fraction(packet.time_base), words.strip()


def _fitted(desk: Desk, wanted: list[Cue], length: Fraction) -> tuple[list[Cue], dict[str, Any]]:
    """Check cues against the film; what runs over its end is clipped, with a warning, as ffmpeg shows it."""
    clipped, told = [], f"the clip's duration ({float(length):.2f})"
    for index, (start, end, words) in enumerate(wanted):
        if not words.strip():
            desk.refuse(f"cue {index}: its text is empty")
        if start >= end:
            desk.refuse(
                f"cue {index}: start_time ({float(start):.2f}) should be smaller than end_time ({float(end):.2f})."
            )
        if start >= length:
            desk.refuse(f"cue {index}: start_time ({float(start):.2f}) should be smaller than {told}.")
        if end > length + ROUNDING:
            clipped.append(str(index))
    data: dict[str, Any] = {"cues": len(wanted)}
    if clipped:
        data["warnings"] = [f"clipped at the end of the video ({float(length):.2f} s): cue {', '.join(clipped)}"]
    return [(start, min(end, length), words) for start, end, words in wanted], data


def srt(cues: list[Cue]) -> str:
    """Return cues as the text of an srt file."""
    blocks = []
    for number, (start, end, words) in enumerate(cues, 1):
        lines = [line.strip() for line in words.replace("-->", "→").splitlines() if line.strip()]
        blocks.append("\n".join([str(number), f"{_stamp(start)} --> {_stamp(end)}", *lines, ""]))
    return "\n".join(blocks)


def _stamp(seconds: Fraction) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d},{milliseconds:03d}"
