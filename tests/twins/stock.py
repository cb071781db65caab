"""What the twin calls work on: films, sounds, pictures and texts, small and short, of every format."""

from __future__ import annotations

from typing import Any

from visgenenv.testing import stand_in
from visgenenv.tools import Workspace

Arguments = dict[str, Any]


def _film(
    width: int, height: int, n_frames: int, fps: tuple[int, int], sound: bool, extension: str = "mp4"
) -> Arguments:
    mime = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "gif": "image/gif"}[extension]
    seconds = n_frames * fps[1] / fps[0]
    given: Arguments = {"width": width, "height": height, "n_frames": n_frames, "fps": fps, "mime": mime}
    given |= {"has_audio": sound, "sample_rate": 48000 if sound else 0, "channels": 2 if sound else 0}
    return given | {"recipe": {"node": "shot", "params": {"prompt": "a red fox", "seconds": seconds, "audio": sound}}}


def _sound(seconds: float, rate: int, channels: int, node: str = "speech", mime: str = "audio/wav") -> Arguments:
    n_samples = round(seconds * rate)
    params: Arguments = {"seconds": n_samples / rate, "style": "pop", "bpm": 120.0, "instrumental": True}
    if node == "speech":
        params |= {"text": "Hello there. How are you?", "voice_id": "", "speed": 1.0, "language": "en"}
    given = {"n_samples": n_samples, "sample_rate": rate, "channels": channels, "mime": mime, "has_audio": True}
    return given | {"recipe": {"node": node, "params": params}}


def _song(bpm: float, seconds: float) -> Arguments:
    song = _sound(seconds, 44100, 2, "song")
    song["recipe"]["params"]["bpm"] = bpm
    return song


_SRT = "1\n00:00:00,200 --> 00:00:00,900\nHello.\n\n2\n00:00:01,000 --> 00:00:02,500\n你好,世界\n"
_VTT = "WEBVTT\n\n00:00.100 --> 00:00.800\nOne line\n\n00:00.900 --> 00:01.400\nand another\n"
_ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:00.10,0:00:00.90,Default,,0,0,0,,Hello, {\\i1}world\n"
)
STOCK: dict[str, Arguments] = {
    "vid_plain000": _film(64, 36, 36, (24, 1), True),
    "vid_mute0000": _film(96, 54, 25, (25, 1), False),
    "vid_tall0000": _film(36, 64, 45, (30, 1), True),
    "vid_odd00000": _film(63, 35, 24, (24, 1), True),
    "vid_fast0000": _film(80, 60, 60, (60, 1), False),
    "vid_ntsc0000": _film(64, 48, 31, (30000, 1001), True),
    "vid_slow0000": _film(160, 90, 12, (12, 1), True),
    "vid_long0000": _film(64, 64, 72, (24, 1), True),
    "vid_webm0000": _film(64, 36, 30, (24, 1), True, "webm") | {"url": "asset://vid_webm0000.webm"},
    "vid_gif00000": _film(48, 48, 20, (10, 1), False, "gif") | {"url": "asset://vid_gif00000.gif"},
    "aud_talk0000": _sound(1.234, 32000, 1, "speech", "audio/mpeg") | {"url": "asset://aud_talk0000.mp3"},
    "aud_song0000": _sound(2.5, 44100, 2, "song"),
    "aud_phone000": _sound(0.7, 8000, 1),
    "aud_m4a00000": _sound(1.9, 48000, 2, "song", "audio/mp4") | {"url": "asset://aud_m4a00000.m4a"},
    "aud_short000": _sound(0.05, 44100, 2),
    "aud_beat0090": _song(90.0, 12.0),
    "aud_beat0128": _song(128.0, 15.0),
    "aud_beat0072": _song(72.0, 14.0),
    "aud_beat0166": _song(166.0, 10.0),
    "img_wide0000": {"width": 96, "height": 54},
    "img_tall0000": {"width": 50, "height": 81},
    "sub_srt00000": {"text": _SRT},
    "sub_vtt00000": {"text": _VTT, "url": "asset://sub_vtt00000.vtt", "subtype": "vtt"},
    "sub_ass00000": {"text": _ASS, "url": "asset://sub_ass00000.ass", "subtype": "ass"},
    "sub_bad00000": {"text": "no cue in here\n"},
    "txt_script00": {"text": "A fox walks home. It is late, and the snow is deep. She finds a lantern."},
}


def stocked(seed: int) -> Workspace:
    """Return a workspace that holds every input."""
    workspace = Workspace(seed)
    for reference, given in STOCK.items():
        workspace.assets[reference] = stand_in(reference, given)
    return workspace


INPUTS = stocked(0).assets
FILMS = [name for name in STOCK if name.startswith("vid_")]
SOUNDS = [name for name in STOCK if name.startswith("aud_") and "beat" not in name]
SONGS = [name for name in STOCK if "beat" in name]
PICTURES = [name for name in STOCK if name.startswith("img_")]
