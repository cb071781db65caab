"""What FFmpeg's filters and encoders give where nothing is done to be exact to the frame and the sample."""

from __future__ import annotations

import tempfile
from pathlib import Path

import av
import numpy as np

from visgenenv.tools.local import encoding
from visgenenv.tools.local.filters import TICK, Feed, pictures, sound
from visgenenv.tools.local.waves import tempo_steps

from .calls import moment, pick


def plain_tempo() -> list[tuple[float, int]]:
    """Return, for some speeds, by how many samples `atempo` alone misses two seconds at 44.1 kHz divided by the speed."""
    wave = np.random.default_rng(0).normal(0, 0.1, (2, 88_200)).astype(np.float32)
    return [
        (speed, sound(wave, 44_100, tempo_steps(speed)).shape[1] - round(88_200 / speed))
        for speed in (0.3, 0.5, 1.5, 4.0)
    ]


def plain_joins(n: int = 300) -> tuple[int, int]:
    """Return how many of `n` films of 2 to 4 cuts have another number of frames if every cut is put on the grid alone."""
    frames = [av.VideoFrame(16, 16, "yuv444p") for _ in range(72)]
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(n):
        spans = [tuple(sorted((moment(rng, 0, 3), moment(rng, 0, 3)))) for _ in range(int(rng.integers(2, 5)))]
        count = 0
        for start, end in spans:
            for index, frame in enumerate(frames):
                frame.pts, frame.time_base, frame.duration = round(index / 24 / TICK), TICK, round(1 / 24 / TICK)
            count += sum(1 for _ in pictures(Feed(frames, 16, 16, [("trim", f"start={start}:end={end}")])))
        wrong += count != int(sum(end - start for start, end in spans) * 24 + 0.5 + 1e-6)
    return wrong, n


def plain_mp3(n: int = 200) -> tuple[int, int]:
    """Return how many of `n` mp3 files are decoded to more samples than were encoded, as FFmpeg writes their headers."""
    rng, wrong, right = np.random.default_rng(4), 0, encoding.set_length
    encoding.set_length = lambda *_: None
    try:
        with tempfile.TemporaryDirectory() as folder:
            for index in range(n):
                wave = np.zeros((1, int(rng.integers(2000, 30_000))), np.float32)
                path, rate = Path(folder) / f"{index}.mp3", pick(rng, (8000, 22_050, 32_000, 44_100))
                encoding.write_sound(path, wave, rate, encoding.SOUNDS["mp3"])
                wrong += encoding.measured(path, "audio").n_samples != wave.shape[1]
    finally:
        encoding.set_length = right
    return wrong, n
