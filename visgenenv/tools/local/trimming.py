"""Trimming, executed: stretches re-encoded exactly, or coded frames copied from key frame on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np

from visgenenv.tools.local.desk import Desk, Product, Source, film_sound
from visgenenv.tools.local.encoding import FILMS, add_sound, encode_sound
from visgenenv.tools.local.filters import Wave
from visgenenv.tools.local.reels import chained, gridded, nearest, stretch
from visgenenv.tools.local.times import Span, span, without
from visgenenv.tools.local.waves import part

Made = tuple[list[Product], dict[str, Any]]


def trim(
    desk: Desk,
    *,
    video: str,
    start_time: float,
    end_time: float | None,
    mode: str,
    accurate: bool,
    segments: list[dict[str, Any]] | None = None,
) -> Made:
    """Keep stretches of a film in the order given, or take them out."""
    source = desk.film(video)
    length, frame = source.seconds, 1 / source.fps
    wanted = segments or [{"start": start_time, "end": end_time}]
    where = "segments[{}]: " if segments else ""
    spans = [span(desk, one["start"], one["end"], length, frame, where.format(i)) for i, one in enumerate(wanted)]
    if mode == "remove":
        spans = _rest(desk, spans, length, frame)
    if not accurate and source.asset.mime in ("video/mp4", "video/quicktime"):
        film, spans = _copied(desk, source, spans)
    else:
        film = _encoded(desk, source, spans)
    kept = [{"start": round(float(start), 3), "end": round(float(end), 3)} for start, end in spans]
    return [film], {"kept": kept}


def _rest(desk: Desk, spans: list[Span], length: Fraction, frame: Fraction) -> list[Span]:
    ordered = sorted(spans)
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            desk.refuse(
                f"segments to remove must not overlap: one starts at {float(start):.2f} s, before {float(end):.2f} s"
            )
    left = without(spans, length)
    if sum((end - start for start, end in left), Fraction(0)) < frame / 2:
        desk.refuse(f"nothing would be left: what is to be removed covers the whole video ({float(length):.2f} s)")
    return left


def _encoded(desk: Desk, source: Source, spans: list[Span]) -> Product:
    cut = chained([stretch(source.reel, start, end) for start, end in spans])
    size = (source.reel.width, source.reel.height)
    desk.check_work(cut.seconds, *size, source.fps)
    rate = source.facts.sample_rate
    sound = None
    if source.sounds:
        n_frames = nearest(cut.seconds * source.fps)
        sound = film_sound(_heard(desk, source, spans), n_frames, source.fps, rate)
    return desk.make_film(gridded(cut, source.fps), size, source.fps, sound, rate)


def _heard(desk: Desk, source: Source, spans: list[Span]) -> Wave:
    rate = source.facts.sample_rate
    whole = desk.wave(source.asset, rate, source.facts.channels)
    return np.concatenate([part(whole, rate, start, end) for start, end in spans], axis=1)


def _copied(desk: Desk, source: Source, spans: list[Span]) -> tuple[Product, list[Span]]:
    """Copy coded frames (ffmpeg's `-c copy`): a stretch begins at the key frame before its beginning."""
    with av.open(str(source.path)) as container:
        keys = [i for i, packet in enumerate(_packets(container)) if packet.is_keyframe]
    runs = []
    for start, end in spans:
        first = max(key for key in keys if key <= start * source.fps)
        runs.append((first, max(first + 1, nearest(end * source.fps))))
    longer = [(first / source.fps, end / source.fps) for first, end in runs]
    sound = None
    if source.sounds:
        n_frames = sum(end - first for first, end in runs)
        sound = film_sound(_heard(desk, source, longer), n_frames, source.fps, source.facts.sample_rate)
    return desk.keep_film("mp4", source.fps, lambda part: _write_copy(part, source, runs, sound)), longer


def _packets(container: Any) -> Iterator[Any]:
    return (packet for packet in container.demux(video=0) if packet.pts is not None)


def _write_copy(path: Path, source: Source, runs: list[tuple[int, int]], sound: Wave | None) -> None:
    with av.open(str(source.path)) as container, av.open(str(path), "w", format="mp4") as out:
        template = container.streams.video[0]
        stream = out.add_stream_from_template(template)
        track = None if sound is None else add_sound(out, FILMS["mp4"], sound, source.facts.sample_rate)
        packets, now = list(_packets(container)), 0
        for first, end in runs:
            for packet in packets[first:end]:
                copied = av.Packet(bytes(packet))
                copied.stream, copied.time_base = stream, 1 / source.fps
                copied.pts = copied.dts = now
                copied.duration, copied.is_keyframe = 1, packet.is_keyframe
                out.mux(copied)
                now += 1
        if track is not None and sound is not None:
            encode_sound(out, track, sound, source.facts.sample_rate)
