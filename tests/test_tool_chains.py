"""Chains of legal calls: what comes out has the numbers that the tools' published formulas give, done by fractions.

The oracle below is written from the services' rules alone (sizes of the tables, sums, overlaps, the frame grid); it
shares no code with the simulators. Where chance decides a length (songs, speech, sounds of automatic length), it checks
the promised bounds and goes on with what came.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, log

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from visgenenv.testing import stand_in
from visgenenv.tools import Workspace, load_toolbox

TOOLBOX = load_toolbox()
HALF = Fraction(1, 2)


class Thing(Struct):
    """What the oracle knows of an asset."""

    url: str
    kind: str
    width: int = 0
    height: int = 0
    frames: int = 0
    fps: Fraction = Fraction(0)
    sound: bool = False
    samples: int = 0
    rate: int = 0

    @property
    def seconds(self) -> Fraction:
        return self.frames / self.fps if self.kind == "video" else Fraction(self.samples, self.rate)


def nearest(value: Fraction) -> int:
    """Round to the nearest whole number, halves upwards."""
    return floor(value + HALF)


def even(value: Fraction) -> int:
    """Round to the nearest even number, at least 2."""
    return max(2, 2 * nearest(value / 2))


def hundredths(draw, low, high) -> Fraction:
    """Draw a time between two times, in whole hundredths of a second (the longest decimals agents write)."""
    return Fraction(draw(st.integers(-floor(-low * 100), floor(high * 100))), 100)


def stretch(draw, seconds: Fraction, least=Fraction(1, 5)) -> tuple[Fraction, Fraction]:
    """Draw where a cut begins and ends inside something that lasts so long."""
    start = hundredths(draw, Fraction(0), seconds - least)
    return start, min(seconds, hundredths(draw, start + least, max(start + least, seconds)))


class Chain:
    """A workspace, and beside it what the oracle expects of everything in it."""

    def __init__(self, draw, seed):
        self.draw, self.workspace = draw, Workspace(seed)
        self.things: list[Thing] = []
        for reference, thing in (
            ("img_start001", Thing("img_start001", "image", 1024, 1024)),
            ("vid_start001", Thing("vid_start001", "video", 1280, 720, 192, Fraction(24), True)),
            ("aud_start001", Thing("aud_start001", "audio", samples=1_323_000, rate=44100)),
        ):
            self.workspace.assets[reference] = stand_in(reference)
            self.things.append(thing)

    def pick(self, *kinds) -> Thing:
        """Draw something of a kind that is short enough for one more edit, the newest more often."""
        fitting = [
            one for one in self.things if one.kind in kinds and (one.kind == "image" or HALF <= one.seconds <= 90)
        ]
        fitting = [one for one in fitting if max(one.width, one.height) <= 2400 and one.fps <= 60]
        return fitting[-1 - min(self.draw(st.integers(0, 6)), len(fitting) - 1)] if fitting else None

    def one_of(self, *options):
        return self.draw(st.sampled_from(options))

    def expect(self, tool, arguments, *expected: Thing):
        """Make a call and compare what came with what was expected."""
        result = TOOLBOX.call(tool, arguments, self.workspace)
        assert result.ok, (tool, arguments, result.error)
        assert len(result.assets) >= len(expected)
        for asset, thing in zip(result.assets, expected, strict=False):
            thing.url = asset.url
            came = Thing(
                asset.url,
                asset.kind,
                asset.width,
                asset.height,
                asset.n_frames,
                Fraction(*asset.fps),
                asset.has_audio and asset.kind == "video",
                asset.n_samples,
                asset.sample_rate if asset.kind == "audio" else 0,
            )
            assert came == thing, (tool, arguments)
            self.things.append(thing)
        return result


# ---------------------------------------------------------------- pictures

GEMINI = {"1:1": (1024, 1024), "2:3": (832, 1248), "3:2": (1248, 832), "3:4": (864, 1184), "4:3": (1184, 864),
          "4:5": (896, 1152), "5:4": (1152, 896), "9:16": (768, 1344), "16:9": (1344, 768), "21:9": (1536, 672)}  # fmt: skip


def gemini(chain):
    ratio = chain.one_of(*GEMINI)
    chain.expect(
        "tool_text2image_gemini", {"prompt": "a fox", "aspect_ratio": ratio}, Thing("", "image", *GEMINI[ratio])
    )


def gpt(chain):
    size = chain.one_of("1024x1024", "1536x1024", "1024x1536")
    chain.expect(
        "tool_text2image_gpt", {"prompt": "a fox", "size": size}, Thing("", "image", *map(int, size.split("x")))
    )


def qwen(chain):
    size = chain.one_of("1664*928", "1472*1104", "1328*1328", "1104*1472", "928*1664")
    chain.expect(
        "tool_text2image_qwen", {"prompt": "a fox", "size": size}, Thing("", "image", *map(int, size.split("*")))
    )


def hunyuan(chain):
    width = chain.draw(st.integers(512, 2000))
    height = chain.draw(st.integers(512, max(512, min(2048, 1_048_576 // width))))
    call = {"prompt": "a fox", "resolution": f"{width}:{height}"}
    chain.expect("tool_text2image_hunyuan", call, Thing("", "image", width, height))


def seedream(chain):
    width, height = chain.draw(st.integers(960, 2400)), chain.draw(st.integers(960, 2400))
    call = {"prompt": "a fox", "size": f"{width}x{height}"}
    chain.expect("tool_text2image_seed", call, Thing("", "image", width, height))


def edit_gemini(chain):
    source = chain.pick("image")
    shape = log(source.width / source.height)
    ratio = min(GEMINI, key=lambda ratio: abs(log(int(ratio.split(":")[0]) / int(ratio.split(":")[1])) - shape))
    call = {"prompt": "at night", "images": [source.url]}
    chain.expect("tool_image_edit_gemini", call, Thing("", "image", *GEMINI[ratio]))


def edit_gpt(chain):
    source, size = chain.pick("image"), chain.one_of("1024x1024", "1536x1024", "1024x1536")
    call = {"prompt": "at night", "images": [source.url], "size": size, "n": 2}
    expected = [Thing("", "image", *map(int, size.split("x"))) for _ in range(2)]
    chain.expect("tool_image_edit_gpt", call, *expected)


def edit_qwen(chain):
    source, width, height = chain.pick("image"), chain.draw(st.integers(512, 2048)), chain.draw(st.integers(512, 2048))
    call = {"prompt": "at night", "images": [source.url], "size": f"{width}*{height}"}
    chain.expect("tool_image_edit_qwen", call, Thing("", "image", width, height))


# ---------------------------------------------------------------- generated films and sounds

VEO = {("720p", "16:9"): (1280, 720), ("720p", "9:16"): (720, 1280), ("1080p", "16:9"): (1920, 1080)}


def veo(chain):
    resolution, ratio = chain.one_of(*VEO)
    seconds = chain.one_of(4, 6, 8) if resolution == "720p" else 8
    sound = chain.one_of(True, False)
    call = {"prompt": "a fox runs", "duration_seconds": seconds, "aspect_ratio": ratio, "resolution": resolution,
            "generate_audio": sound}  # fmt: skip
    thing = Thing("", "video", *VEO[resolution, ratio], 24 * seconds, Fraction(24), sound)
    chain.expect("tool_text2video_veo", call, thing)


def image_to_veo(chain):
    seconds, ratio = chain.one_of(4, 6, 8), chain.one_of("16:9", "9:16")
    call = {"image": chain.pick("image").url, "prompt": "it runs", "duration_seconds": seconds, "aspect_ratio": ratio}
    thing = Thing("", "video", *VEO["720p", ratio], 24 * seconds, Fraction(24), True)
    chain.expect("tool_image2video_veo3", call, thing)


def kling(chain):
    source, mode, seconds = chain.pick("image"), chain.one_of("std", "pro"), chain.one_of(5, 10)
    short, long = sorted((source.width, source.height))
    if short < 300 or long > 2.5 * short:
        return
    side = 720 if mode == "std" else 1080
    other = even(Fraction(side * long, short))
    size = (other, side) if source.width >= source.height else (side, other)
    call = {"image": source.url, "prompt": "it runs", "mode": mode, "duration": str(seconds)}
    chain.expect("tool_image2video_keling", call, Thing("", "video", *size, 24 * seconds, Fraction(24), False))


def observed(chain, result, low, high):
    """Check the bounds of a length that chance decides, and go on with it."""
    for asset in result.assets:
        assert low <= Fraction(asset.n_samples, asset.sample_rate) <= high
        chain.things.append(Thing(asset.url, "audio", samples=asset.n_samples, rate=asset.sample_rate))


def suno(chain):
    result = chain.expect("tool_music_suno", {"prompt": "calm piano"})
    assert len(result.assets) == 2 and {asset.sample_rate for asset in result.assets} == {44100}
    observed(chain, result, 60, 480)


def speech(chain):
    words = chain.draw(st.integers(1, 30)) * "word "
    voice = TOOLBOX["tool_tts_generation"].spec.properties["voice_id"]["enum"][-1]
    result = chain.expect("tool_tts_generation", {"text": words, "voice_id": voice})
    usual = Fraction(len(words), 15)
    observed(chain, result, usual * Fraction("0.93") + Fraction("0.199"), usual * Fraction("1.07") + Fraction("0.201"))


def effect(chain):
    seconds = hundredths(chain.draw, Fraction(1, 2), Fraction(30))
    call = {"prompt": "rain on a window", "duration_seconds": float(seconds)}
    chain.expect("tool_sound_fx_gen", call, Thing("", "audio", samples=nearest(seconds * 44100), rate=44100))


# ---------------------------------------------------------------- editing


def like(source, **changed) -> Thing:
    thing = Thing("", source.kind, source.width, source.height, source.frames, source.fps, source.sound, source.samples, source.rate)  # fmt: skip
    for name, value in changed.items():
        setattr(thing, name, value)
    return thing


def trim(chain):
    source = chain.pick("video")
    start, end = stretch(chain.draw, source.seconds)
    call, seconds = {"video": source.url, "start_time": float(start), "end_time": float(end)}, end - start
    if seconds < source.seconds - HALF and chain.one_of(True, False):
        call["mode"], seconds = "remove", source.seconds - seconds
    chain.expect("tool_video_trim_edit", call, like(source, frames=nearest(seconds * source.fps)))


def cut_segments(chain):
    source = chain.pick("video")
    spans = [stretch(chain.draw, source.seconds) for _ in range(chain.draw(st.integers(1, 3)))]
    call = {"video": source.url, "segments": [{"start": float(start), "end": float(end)} for start, end in spans]}
    seconds = sum(end - start for start, end in spans)
    chain.expect("tool_video_trim_edit", call, like(source, frames=nearest(seconds * source.fps)))


def speed(chain):
    source, pace = chain.pick("video", "audio"), hundredths(chain.draw, Fraction(1, 4), Fraction(4))
    call, seconds, fps = {"video": source.url, "speed": float(pace)}, source.seconds / pace, source.fps
    if chain.one_of(True, False):
        start, end = stretch(chain.draw, source.seconds)
        call["segment"] = {"start": float(start), "end": float(end)}
        seconds = source.seconds - (end - start) + (end - start) / pace
    elif chain.one_of(True, False):
        call["keep_fps"] = False
        fps = fps * pace if pace < 1 else fps
    if source.kind == "audio":
        chain.expect("tool_video_speed_adjust", call, like(source, samples=nearest(seconds * source.rate)))
    elif nearest(seconds * fps):
        chain.expect("tool_video_speed_adjust", call, like(source, frames=nearest(seconds * fps), fps=fps))


def target(chain):
    source = chain.pick("video", "audio")
    seconds = hundredths(chain.draw, source.seconds / 3, source.seconds * 3)
    thing = like(source, frames=nearest(seconds * source.fps), samples=nearest(seconds * source.rate))
    chain.expect("tool_video_speed_adjust", {"video": source.url, "target_duration": float(seconds)}, thing)


def composite(chain):
    clips, lengths, shown = [], [], []
    for _ in range(chain.draw(st.integers(1, 4))):
        source, clip = chain.pick("video", "image"), {}
        if source.kind == "image":
            seconds = hundredths(chain.draw, Fraction(3, 2), Fraction(8))
            clip["duration"] = float(seconds)
        else:
            seconds = source.seconds
            if chain.one_of(True, False):
                start, end = stretch(chain.draw, seconds)
                clip, seconds = {"start": float(start), "end": float(end)}, end - start
        clips.append({"asset": source.url, **clip})
        lengths.append(seconds)
        shown.append(source)
    overlap = Fraction(chain.draw(st.integers(10, 60)), 100)
    call = {"clips": clips}
    if min(lengths) > 2 * overlap and chain.one_of(True, False):
        call |= {"transition": chain.one_of("crossfade", "slide"), "transition_duration": float(overlap)}
    else:
        overlap = Fraction(0)
    seconds = sum(lengths) - (len(clips) - 1) * overlap
    if seconds > 90:
        return
    width, height = (even_up(max(getattr(one, side) for one in shown)) for side in ("width", "height"))
    if chain.one_of(True, False):
        ratio, resolution = chain.one_of("16:9", "4:3", "1:1", "3:4", "9:16"), chain.one_of("480p", "720p")
        across, down = map(int, ratio.split(":"))
        short = int(resolution[:-1])
        width, height = (even(Fraction(short * across, down)), short) if across >= down else (short, even(Fraction(short * down, across)))  # fmt: skip
        call |= {"aspect_ratio": ratio, "resolution": resolution}
    fps = max([one.fps for one in shown if one.kind == "video"], default=Fraction(24))
    if chain.one_of(True, False):
        fps = Fraction(chain.one_of(24, 25, 30))
        call["fps"] = int(fps)
    sound = any(one.sound for one in shown)
    if (track := chain.pick("audio")) and chain.one_of(True, False):
        start = hundredths(chain.draw, Fraction(0), seconds - Fraction(1, 5))
        call["audio_tracks"] = [{"asset": track.url, "start": float(start)}]
        call["audio_sync"] = chain.one_of("trim", "extend", "longest")
        if call["audio_sync"] != "trim":
            seconds = max(seconds, start + track.seconds)
        sound = True
    chain.expect("tool_video_composite", call, Thing("", "video", width, height, nearest(seconds * fps), fps, sound))


def even_up(side: int) -> int:
    return side + side % 2


def cut_audio(chain):
    source = chain.pick("audio", "video")
    if source.kind == "video" and not source.sound:
        return
    start, end = stretch(chain.draw, source.seconds)
    call = {"audio": source.url, "start_time": float(start), "end_time": float(end)}
    samples = nearest(end * 44100) - nearest(start * 44100)
    if (more := chain.pick("audio")) and chain.one_of(True, False):
        call["concat_with"] = [more.url]
        samples += nearest(more.seconds * 44100)
    if chain.one_of(True, False):
        until = hundredths(chain.draw, Fraction(1, 2), Fraction(60))
        call["loop_to_duration"] = float(until)
        samples = nearest(until * 44100)
    if (mixed := chain.pick("audio")) and chain.one_of(True, False):
        call["mix_with"] = [mixed.url]
        samples = max(samples, nearest(mixed.seconds * 44100))
    chain.expect("tool_audio_edit_cut", call, Thing("", "audio", samples=samples, rate=44100))


def subtitles(chain):
    source = chain.pick("video")
    chain.expect("tool_subtitle_add_text", {"video": source.url, "text": "Hello"}, like(source))


def narrate(chain):
    source, voice = chain.pick("video"), chain.pick("audio")
    overflow = chain.one_of("trim", "extend")
    call = {"video": source.url, "audio": voice.url, "overflow": overflow}
    seconds = max(source.seconds, voice.seconds) if overflow == "extend" else source.seconds
    frames = nearest(seconds * source.fps)
    heard = min(voice.seconds, frames / source.fps)
    spoken = Thing("", "audio", samples=nearest(heard * voice.rate), rate=voice.rate)
    chain.expect("tool_tts_composite", call, like(source, frames=frames, sound=True), spoken)


def postprocess(chain):
    source = chain.pick("video")
    thing, seconds, operations = like(source), source.seconds, []
    for _ in range(chain.draw(st.integers(1, 4))):
        name = chain.one_of("resize", "crop", "box", "pad", "rotate", "freeze", "loop", "fps", "mute", "flip")
        width, height, op = thing.width, thing.height, {"op": name}
        ratio = chain.one_of("16:9", "4:3", "1:1", "3:4", "9:16")
        across, down = map(int, ratio.split(":"))
        if name == "resize":
            op["height"] = chain.draw(st.integers(90, 1080))
            size = (even(Fraction(op["height"] * width, height)), even(Fraction(op["height"])))
        elif name == "crop":
            op["aspect_ratio"] = ratio
            size = (min(width, height * across // down), min(height, width * down // across))
            size = size if size == (width, height) else (size[0] // 2 * 2, size[1] // 2 * 2)
        elif name == "box":
            op = {
                "op": "crop",
                "width": chain.draw(st.integers(16, width)),
                "height": chain.draw(st.integers(16, height)),
            }
            size = (op["width"], op["height"])
            size = size if size == (width, height) else (size[0] // 2 * 2, size[1] // 2 * 2)
        elif name == "pad":
            op["aspect_ratio"] = ratio
            size = (
                (even(Fraction(height * across, down)), height) if width * down < height * across else (width, height)
            )
            size = (width, even(Fraction(width * down, across))) if width * down > height * across else size
        elif name == "rotate":
            op["angle"] = chain.one_of(90, 180, 270)
            size = (width, height) if op["angle"] == 180 else (height, width)
        else:
            size = (width, height)
        if max(size) > 4000 or min(size) < 16:
            continue
        if name == "freeze":
            op |= {"time": float(hundredths(chain.draw, Fraction(0), seconds)), "duration": 1.25}
            seconds += Fraction(5, 4)
        elif name == "loop":
            op["count"] = 2
            seconds *= 2
        elif name == "fps":
            op["fps"] = chain.one_of(24, 25, 30)
            thing.fps = Fraction(op["fps"])
        elif name == "mute":
            thing.sound = False
        elif name == "flip":
            op["direction"] = "horizontal"
        thing.width, thing.height = size
        operations.append(op)
    if not operations or seconds > 120:
        return
    thing.frames = nearest(seconds * thing.fps)
    format = chain.one_of("mp4", "mov", "webm", "gif" if thing.fps <= 50 else "mp4")
    thing.sound = thing.sound and format != "gif"
    call = {"video": source.url, "operations": operations, "format": format}
    chain.expect("tool_video_postprocess", call, thing)


STEPS = (gemini, gpt, qwen, hunyuan, seedream, edit_gemini, edit_gpt, edit_qwen, veo, image_to_veo, kling, suno, speech,
         effect)  # fmt: skip
EDITS = (trim, cut_segments, speed, target, composite, cut_audio, subtitles, narrate, postprocess)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_chains_of_legal_calls_have_the_sizes_frames_and_samples_of_the_formulas(data):
    chain = Chain(data.draw, data.draw(st.integers(0, 99)))
    for _ in range(data.draw(st.integers(1, 12))):
        data.draw(st.sampled_from(STEPS + 2 * EDITS))(chain)


@pytest.mark.parametrize("step", [*STEPS, *EDITS], ids=lambda step: step.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_each_step_alone_has_the_numbers_of_its_formula(step, data):
    chain = Chain(data.draw, data.draw(st.integers(0, 99)))
    for _ in range(4):
        step(chain)
