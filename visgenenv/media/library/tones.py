"""Reads the headers of sound files: WAV, MP3, FLAC, Ogg (Vorbis and Opus). No codec."""

from __future__ import annotations

from typing import BinaryIO

from msgspec import Struct

from visgenenv.media.library.refusal import Refused


class Tone(Struct, frozen=True):
    """The exact numbers of a sound; `n_samples` are frames, each with a value for every channel."""

    codec: str
    n_samples: int
    sample_rate: int
    channels: int


def read_wav(file: BinaryIO, size: int) -> Tone:
    """Read a WAV of any sample format; a data chunk longer than the file is a cut-off one."""
    at, rate, channels, block = 12, 0, 0, 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(8)
        name, length = head[:4], int.from_bytes(head[4:], "little")
        if name == b"fmt ":
            form = file.read(16)
            channels, rate = int.from_bytes(form[2:4], "little"), int.from_bytes(form[4:8], "little")
            block = int.from_bytes(form[12:14], "little")
        elif name == b"data":
            if at + 8 + length > size:
                raise Refused(f"cut off: {at + 8 + length - size} bytes of its sound are missing")
            if not (rate and block):
                raise Refused("broken: its sound has no format")
            return Tone("wav", length // block, rate, channels)
        at += 8 + length + length % 2
    raise Refused("cut off or broken: it has no sound (data chunk)")


def read_flac(file: BinaryIO, size: int) -> Tone:
    head = file.read(42)
    if len(head) < 42 or head[4] & 0x7F:
        raise Refused("cut off or broken: it has no stream info")
    packed = int.from_bytes(head[18:26])
    rate, channels, n_samples = packed >> 44, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1
    least = int.from_bytes(head[12:15])  # bytes of the smallest frame
    frames = n_samples // max(int.from_bytes(head[10:12]), 1)
    if least and size < least * frames:
        raise Refused(f"cut off: {n_samples} samples cannot be in {size} bytes")
    return Tone("flac", n_samples, rate, channels)


_TAIL = 1 << 16


def read_ogg(file: BinaryIO, size: int) -> Tone:
    """Read the first packet, which names the codec, and the last page, which counts the samples."""
    first = file.read(256)
    skipped = 0
    if (at := first.find(b"\x01vorbis")) > 0 and len(first) >= at + 16:
        codec, channels, rate = "vorbis", first[at + 11], int.from_bytes(first[at + 12 : at + 16], "little")
    elif (at := first.find(b"OpusHead")) > 0 and len(first) >= at + 12:
        codec, channels, rate = "opus", first[at + 9], 48_000
        skipped = int.from_bytes(first[at + 10 : at + 12], "little")
    else:
        raise Refused("an Ogg file that is neither Vorbis nor Opus")
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(b"OggS")
    page = tail[at : at + 27]
    if at < 0 or len(page) < 27 or not page[5] & 4:
        raise Refused("cut off: its last page is missing")
    return Tone(codec, max(0, int.from_bytes(page[6:14], "little") - skipped), rate, channels)


_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBIT_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBIT_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


class _Frame(Struct, frozen=True):
    samples: int
    rate: int
    channels: int
    bytes: int
    side: int
    """Bytes between the header and a Xing tag."""


def read_mp3(file: BinaryIO, size: int) -> Tone:
    """Read a layer III stream: its Xing or VBRI tag counts the frames, else the first frame stands for all."""
    start = _after_id3(file)
    file.seek(start)
    head = file.read(1 << 13)
    found = next((at for at in range(len(head) - 4) if _is_stream(head, at)), None)
    if found is None:
        raise Refused("broken: it has no MP3 frames")
    frame = _frame(head[found : found + 4])
    assert frame is not None
    sound = size - start - found
    n_frames, n_bytes = _counted(head[found : found + 256], frame)
    if n_bytes and sound < n_bytes * 0.98:
        raise Refused(f"cut off: {n_bytes - sound} bytes of its sound are missing")
    return Tone("mp3", (n_frames or sound // frame.bytes) * frame.samples, frame.rate, frame.channels)


def looks_like_mp3(head: bytes) -> bool:
    return head[:3] == b"ID3" or _frame(head[:4]) is not None


def _after_id3(file: BinaryIO) -> int:
    head = file.read(10)
    if head[:3] != b"ID3":
        return 0
    length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + length + (10 if head[5] & 16 else 0)


def _frame(head: bytes) -> _Frame | None:
    """Read the four bytes of a frame header; None if they are none (of layer III)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, kbit, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate == 3 or kbit in (0, 15):
        return None
    samples, hertz = (1152 if version == 3 else 576), _RATES[version][rate]
    bits = (_KBIT_1 if version == 3 else _KBIT_2)[kbit] * 1000
    single = head[3] >> 6 == 3
    side = (17 if single else 32) if version == 3 else (9 if single else 17)
    return _Frame(samples, hertz, 1 if single else 2, samples // 8 * bits // hertz + (head[2] >> 1 & 1), side)


def _is_stream(head: bytes, at: int) -> bool:
    """Whether a frame starts here and another where it ends."""
    frame = _frame(head[at : at + 4])
    if frame is None:
        return False
    following = head[at + frame.bytes : at + frame.bytes + 4]
    return len(following) < 4 or _frame(following) is not None


def _counted(head: bytes, frame: _Frame) -> tuple[int, int]:
    """Return how many frames and bytes the tag in the first frame counts; zeros where it does not say."""
    at = 4 + frame.side
    if head[at : at + 4] in (b"Xing", b"Info"):
        flags, at = int.from_bytes(head[at + 4 : at + 8]), at + 8
        n_frames = int.from_bytes(head[at : at + 4]) if flags & 1 else 0
        at += 4 * (flags & 1)
        return n_frames, int.from_bytes(head[at : at + 4]) if flags & 2 else 0
    if head[36:40] == b"VBRI":
        return int.from_bytes(head[50:54]), int.from_bytes(head[46:50])
    return 0, 0
