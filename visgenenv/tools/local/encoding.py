"""Files written by real encoders, and what a decoder then finds in them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

import av
import numpy as np
from msgspec import Struct

from visgenenv.media.films import led_in
from visgenenv.media.mp3 import set_length
from visgenenv.tools.local.filters import Wave, pieces
from visgenenv.types import Kind

OPUS_RATE = 48_000


class Measured(Struct, frozen=True):
    """What decoding a whole file gave: frames and samples are counted, not read from its header."""

    width: int = 0
    height: int = 0
    n_frames: int = 0
    fps: tuple[int, int] = (0, 1)
    n_samples: int = 0
    sample_rate: int = 0
    channels: int = 0


class Format(Struct, frozen=True):
    """A kind of file: the muxer, its codecs, and how fine its clock is in seconds (0: exact)."""

    muxer: str
    mime: str
    video: str = ""
    audio: str = ""
    clock: float = 0.0


FILMS = {
    "mp4": Format("mp4", "video/mp4", "libx264", "aac"),
    "mov": Format("mov", "video/quicktime", "libx264", "aac"),
    "webm": Format("webm", "video/webm", "libvpx-vp9", "libopus", 0.001),
    "gif": Format("gif", "image/gif", "gif", "", 0.01),
}
SOUNDS = {
    "mp3": Format("mp3", "audio/mpeg", audio="libmp3lame"),
    "wav": Format("wav", "audio/wav", audio="pcm_s16le"),
    "m4a": Format("mp4", "audio/mp4", audio="aac"),
}


def write_film(
    path: Path,
    frames: Iterable[av.VideoFrame],
    size: tuple[int, int],
    fps: Fraction,
    form: Format,
    sound: tuple[Wave, int] | None = None,
) -> None:
    """Encode frames (numbered from 0) and sound (samples and their rate) into a film file.

    Raises:
        av.FFmpegError: The encoder refuses the size, or the disk is full.
    """
    ticks = lcm(fps.numerator, sound[1] if sound else 1)
    options = {"movflags": "+faststart", "movie_timescale": str(ticks)} if form.muxer in ("mp4", "mov") else {}
    with av.open(str(path), "w", format=form.muxer, options=options) as container:
        stream = _video(container, size, fps, form)
        track = add_sound(container, form, *sound) if sound else None
        stream.codec_context.open()
        for frame in frames:
            container.mux(_lasting(stream.encode(_clocked(frame, fps, form)), fps, form))
        container.mux(_lasting(stream.encode(None), fps, form))
        if track is not None and sound is not None:
            encode_sound(container, track, *sound)


def write_sound(path: Path, wave: Wave, rate: int, form: Format, bit_rate: int = 128_000) -> None:
    """Encode samples into a sound file."""
    options = {"movie_timescale": str(rate)} if form.muxer == "mp4" else {}
    with av.open(str(path), "w", format=form.muxer, options=options) as container:
        stream = add_sound(container, form, wave, rate)
        if form.audio != "pcm_s16le":
            stream.bit_rate = bit_rate
        encode_sound(container, stream, wave, rate)
    if form.muxer == "mp3":
        set_length(path, wave.shape[1], rate, wave.shape[0])


def _video(container: Any, size: tuple[int, int], fps: Fraction, form: Format) -> Any:
    stream = container.add_stream(form.video, rate=fps if form.video != "gif" else Fraction(100))
    stream.width, stream.height = size
    even = size[0] % 2 == size[1] % 2 == 0
    stream.pix_fmt = "rgb8" if form.video == "gif" else "yuv420p" if even else "yuv444p"
    stream.codec_context.thread_count = 1
    stream.codec_context.time_base = Fraction(1, 100) if form.video == "gif" else 1 / fps
    keys = str(max(1, round(fps)))
    if form.video == "libx264":
        stream.options = {"preset": "superfast", "crf": "23", "bf": "0", "g": keys, "sc_threshold": "0"}
    elif form.video != "gif":
        stream.options = {"deadline": "realtime", "cpu-used": "8", "crf": "31", "b": "0", "g": keys,
                          "lag-in-frames": "0", "auto-alt-ref": "0"}  # fmt: skip
    return stream


def _lasting(packets: list[Any], fps: Fraction, form: Format) -> list[Any]:
    """Say of each frame of a gif how long it lasts: its encoder does not, and the last one would be shown briefly."""
    if form.video == "gif":
        for packet in packets:
            number = round((packet.pts or 0) * fps / 100)
            packet.duration = round((number + 1) * 100 / fps) - (packet.pts or 0)
    return packets


def _clocked(frame: av.VideoFrame, fps: Fraction, form: Format) -> av.VideoFrame:
    """Return a frame with its time as the file's clock can say it: a gif knows hundredths of a second."""
    index = frame.pts or 0
    frame.time_base = 1 / fps
    if form.video == "gif":
        begins, ends = (round(n * 100 / fps) for n in (index, index + 1))
        frame = frame.reformat(format="rgb8")
        frame.pts, frame.time_base, frame.duration = begins, Fraction(1, 100), ends - begins
    frame.pict_type = av.video.frame.PictureType.NONE
    return frame


def add_sound(container: Any, form: Format, wave: Wave, rate: int) -> Any:
    """Open a track for a sound in a new file."""
    stream = container.add_stream(form.audio, rate=rate, layout="mono" if wave.shape[0] == 1 else "stereo")
    stream.codec_context.thread_count = 1
    return stream


def encode_sound(container: Any, stream: Any, wave: Wave, rate: int) -> None:
    """Encode a sound; AAC gets its filling before time zero, where an edit list takes it away to the sample."""
    codec, lead = stream.codec_context, 0
    wave = np.clip(wave, -1, 1)
    if codec.name == "aac":
        filled, lead = led_in(wave.T)
        wave = filled.T
    for frame in pieces(wave, rate, codec.frame_size or 4096):
        frame.pts = (frame.pts or 0) - lead
        if codec.name in ("libopus", "pcm_s16le"):
            frame = _packed(frame, codec.format.name)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _packed(frame: av.AudioFrame, form: str) -> av.AudioFrame:
    pts, tick = frame.pts, frame.time_base
    (out,) = av.AudioResampler(format=form, layout=frame.layout, rate=frame.sample_rate).resample(frame)
    out.pts, out.time_base = pts, tick
    return out


def measured(path: Path, kind: Kind, promised: Fraction = Fraction(0), clock: float = 0.0) -> Measured:
    """Decode a whole file and count.

    Args:
        path: Of a film or a sound.
        kind: "video" or "audio".
        promised: The frame rate that was asked for. It counts as met where the file's clock is too coarse to say it
            (gif, webm) and its frames last as long as they would at that rate, to one step of the clock.
        clock: That step in seconds.
    """
    width = height = n_frames = 0
    fps = Fraction(0)
    if kind == "video":
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            for frame in container.decode(stream):
                width, height, n_frames = frame.width, frame.height, n_frames + 1
            fps = _rate(path, stream, n_frames, promised, clock)
    n_samples, rate, channels = _heard(path)
    return Measured(width, height, n_frames, (fps.numerator, fps.denominator), n_samples, rate, channels)


def _rate(path: Path, stream: Any, n_frames: int, promised: Fraction, clock: float) -> Fraction:
    """Return the frame rate of a film: what its track says, or what it lasts."""
    if not clock:
        return Fraction(stream.average_rate)
    with av.open(str(path)) as container:
        packets: list[Any] = [packet for packet in container.demux(video=0) if packet.pts is not None]
        lasts = float((packets[-1].pts + (packets[-1].duration or 0)) * packets[-1].time_base)
    if abs(lasts - n_frames / promised) <= clock + 1e-9:
        return promised
    return Fraction(n_frames / lasts).limit_denominator(1001)


def _heard(path: Path) -> tuple[int, int, int]:
    """Count the samples of a file's sound; zeros if it has none."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return 0, 0, 0
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)), stream.rate, stream.channels
