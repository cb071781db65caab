"""What media cost in processor time: made, looked at, exported, seen by a policy; beside one re-encode by x264.

    python benchmarks/media.py [--quick]

Every figure is processor time of one process in one run, on one core; x264 has one thread. Pictures are drawn cold, each
prompt for the first time; the sprites of common subjects have been loaded before. Read the ratios to the re-encode
of 8 s of film (1280x720, 24 frames a second): the times depend on the machine and on what else runs on it.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import av
from step import SEED, TASK, script

from visgenenv import load_toolbox, media
from visgenenv.env import VisGenEnv
from visgenenv.lexicon import COLOURS, LIGHTS, SCENES, STYLES
from visgenenv.media.cache import MediaCache
from visgenenv.media.materialise import materialise
from visgenenv.tools import Workspace
from visgenenv.tools.invocation import Invocation
from visgenenv.types import Asset, Recipe, ToolCall

COMMON = ("fox", "cat", "dog", "robot", "child", "car", "tree", "house", "rabbit", "horse", "girl", "bird", "cake",
          "coffee cup", "smart speaker", "lipstick", "rocket", "panda", "penguin", "flower")  # fmt: skip
SIZES = ((1024, 1024), (1344, 768), (768, 1344), (1536, 1024), (1920, 1080), (832, 1248))
LANES, CALLS, LOOKED_AT, PICTURES = 96, 15, 0.35, 40


def prompt(luck: random.Random) -> str:
    """Return what a user might ask for: one to three subjects, a scene, and often a light, a style or a title."""
    counts, colours = ("a", "a", "a", "two", "three"), ("", "", "", *COLOURS)
    things = [
        f"{luck.choice(counts)} {luck.choice(colours)} {luck.choice(COMMON)}" for _ in range(luck.choice((1, 1, 2, 3)))
    ]
    words = [" and ".join(things), luck.choice(list(SCENES.values())).en[0]]
    for share, entries in ((0.4, LIGHTS), (0.5, STYLES)):
        if luck.random() < share:
            words.append(luck.choice(list(entries.values())).en[0])
    return ", ".join(words) + (', titled "HELLO WORLD"' if luck.random() < 0.15 else "")


def pictures(n: int, seed: int) -> list[Asset]:
    luck = random.Random(seed)
    recipes = [Recipe("scene", f"picture {seed} {i}", {"prompt": prompt(luck)}) for i in range(n)]
    return [Asset("img_a", "asset://img_a.png", "image", "image/png", one, *luck.choice(SIZES)) for one in recipes]


def clips(n: int, seed: int, seconds: float = 8.0, audio: bool = False) -> list[Asset]:
    luck = random.Random(seed)
    params = [{"prompt": prompt(luck), "seconds": seconds, "audio": audio} for _ in range(n)]
    recipes = [Recipe("shot", f"clip {seed} {i}", one) for i, one in enumerate(params)]
    sound: dict[str, Any] = {"has_audio": True, "sample_rate": 48000, "channels": 2} if audio else {}
    shape: dict[str, Any] = {"width": 1280, "height": 720, "n_frames": round(24 * seconds), "fps": (24, 1), **sound}
    return [Asset("vid_a", "asset://vid_a.mp4", "video", "video/mp4", one, **shape) for one in recipes]


def times(run: Callable[[Any], object], things: list[Any]) -> list[float]:
    """Return the milliseconds of processor time that each thing takes."""
    out = []
    for thing in things:
        start = time.process_time()
        run(thing)
        out.append((time.process_time() - start) * 1e3)
    return out


def reencode(path: Path) -> None:
    """Decode a film and encode it again, as fast as x264 can."""
    with av.open(str(path)) as source, av.open(os.devnull, "w", format="mp4") as target:
        stream: Any = target.add_stream("libx264", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        stream.codec_context.thread_count = source.streams.video[0].codec_context.thread_count = 1
        for number, frame in enumerate(source.decode(video=0)):
            frame.pts, frame.time_base = number, Fraction(1, 24)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def looped(clip: Asset, seconds: float) -> Asset:
    """Return a film of a clip shown again and again, without sound: it needs nothing but the clip's coded frames."""
    own = float(clip.recipe.params["seconds"])
    used = [min(own, seconds - at) for at in (own * lap for lap in range(int(seconds / own) + 1)) if at < seconds]
    parts = [{"source": 0, "start": 0.0, "seconds": part, "native": part, "still": False, "volume": 1.0,
              "size": [clip.width, clip.height], "has_audio": False} for part in used]  # fmt: skip
    params = {"clips": parts, "transition": "none", "overlap": 0.0, "fit": "pad", "hold": 0.0, "keep_audio": False,
              "tracks": [], "bgm": None}  # fmt: skip
    film = Recipe("timeline", f"loop {seconds}", params, (clip.recipe,))
    return Asset("vid_b", "asset://vid_b.mp4", "video", "video/mp4", film, 1280, 720, round(24 * seconds), (24, 1))


def mint_us(n: int = 20_000) -> float:
    """Return the microseconds that making one asset takes, with its recipe."""
    box, workspace = load_toolbox(), Workspace(seed=1)
    name, arguments = "tool_text2image_gemini", {"prompt": "a red fox"}
    call = Invocation(ToolCall(name, arguments), box[name].spec, arguments, {}, bytes(32), workspace)
    start = time.process_time()
    for number in range(n):
        recipe = Recipe("scene", call.seed(number), {"prompt": "a red fox"})
        call.mint("image", "png", "image/png", recipe, width=1024, height=1024)
    return (time.process_time() - start) / n * 1e6


def rollout_calls(luck: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the calls of one rollout; "{image}", "{clip}" and "{song}" stand for what was made before."""
    for _ in range(5):
        yield "tool_text2image_gemini", {"prompt": prompt(luck), "aspect_ratio": "16:9"}
    for _ in range(3):
        yield "tool_image_edit_gemini", {"prompt": f"add {prompt(luck)}", "images": ["{image}"]}
    for _ in range(3):
        yield "tool_image2video_keling", {"image": "{image}", "prompt": "it runs", "duration": "5"}
    yield "tool_music_suno", {"prompt": "a calm piano piece", "instrumental": True}
    yield "tool_tts_generation", {"text": "Good morning. Here is the news.", "voice_id": "en_female_warm"}
    yield "tool_text2video_veo", {"prompt": prompt(luck)}
    yield "tool_video_composite", {"clips": [{"asset": "{clip}"}], "background_music": {"asset": "{song}"}}


def many_calls(lanes: int) -> tuple[int, int]:
    """Play rollouts of 15 calls, a third of whose results are looked at; return how many calls and looks those were."""
    box, luck, done, looks = load_toolbox(), random.Random(7), 0, 0
    for lane in range(lanes):
        workspace = Workspace(seed=lane)
        made: dict[str, str] = {}
        for name, arguments in rollout_calls(luck):
            result = box.call(name, _filled(arguments, made), workspace)
            assert result.ok, (name, result.error)
            done += 1
            asset = result.assets[0]
            made[{"image": "{image}", "video": "{clip}", "audio": "{song}"}[asset.kind]] = asset.url
            if luck.random() < LOOKED_AT:
                media.view(asset)
                looks += 1
    return done, looks


def _filled(value: Any, made: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, made) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, made) for one in value]
    return made.get(value, value) if isinstance(value, str) else value


def steps_per_second(observation: str, episodes: int) -> float:
    """Return how many steps a second one core plays of an episode that was played before."""
    turns = script()
    env = VisGenEnv("paper", faults="none", tools="all", observation=observation)
    rates = []
    for _ in range(episodes):
        start = time.process_time()
        env.reset(seed=SEED, options={"task": TASK})
        for turn in turns:
            env.step(turn)
        rates.append(len(turns) / (time.process_time() - start))
    return statistics.median(rates[1:])


def memory(lanes: int) -> tuple[float, float]:
    """Return the memory in MB of a process before and at most while it holds the observations of all lanes.

    Every lane has 40 pictures of its own, and each of its steps shows the four newest.
    """
    held: list[Any] = [None] * lanes
    before = _resident()
    for step in range(PICTURES // 4):
        for lane in range(lanes):
            held[lane] = media.letterboxed(pictures(4, 1000 * lane + step), 4, 448)
    return before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    share = 0.1 if parser.parse_args().quick else 1.0
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    for asset in pictures(60, 99):
        media.view(asset)
    rows = [("mint an asset", [mint_us() / 1e3])]
    rows.append(("view a picture, 448 px", times(media.view, pictures(round(200 * share), 1))))
    rows.append(("view a clip, 8 frames of 448 px", times(media.view, clips(max(4, round(60 * share)), 2))))
    with tempfile.TemporaryDirectory() as folder:
        rows += files(MediaCache(folder), max(1, round(4 * share)))
    report(rows)
    start = time.process_time()
    calls, looks = many_calls(max(2, round(LANES * share)))
    print(f"{calls} calls, {looks} results looked at: {time.process_time() - start:.2f} s")
    text, seen = (steps_per_second(mode, max(5, round(60 * share))) for mode in ("text", "multimodal"))
    print(f"steps a second: {text:,.0f} with text, {seen:,.0f} with pictures that were drawn before")
    lanes = max(4, round(LANES * share))
    with get_context("spawn").Pool(1) as pool:
        before, most = pool.apply(memory, (lanes,))
    print(
        f"memory of {lanes} rollouts with {PICTURES} pictures each: {most:,.0f} MB at most ({before:,.0f} MB without)"
    )


def files(cache: MediaCache, n: int) -> list[tuple[str, list[float]]]:
    """Export clips of 8 s: encoded, found again, cut and joined from what was encoded, and encoded again by x264."""
    made = clips(n, 3)
    encoded = times(lambda clip: materialise(clip, cache=cache), made)
    found = times(lambda clip: materialise(clip, cache=cache), made * 50)
    films = [looped(clip, seconds) for clip in made for seconds in (7.5, 15.0, 20.0, 31.0)]
    joined = times(lambda film: materialise(film, cache=cache), films)
    again = times(lambda clip: reencode(materialise(clip, cache=cache)), made * 3)
    return [
        ("encode a clip for its first export", encoded),
        ("the same clip from the cache", found),
        ("cut or loop it, 7.5 s to 31 s", joined),
        ("re-encode it (PyAV, x264 ultrafast)", again),
    ]


def report(rows: list[tuple[str, list[float]]]) -> None:
    """Print the milliseconds, and how much less than a re-encode that is."""
    whole = statistics.median(rows[-1][1])
    print(f"{'':38}{'median ms':>12}{'mean':>10}{'p95':>10}{'re-encode / it':>17}")
    for name, values in rows:
        middle, last = statistics.median(values), sorted(values)[int(0.95 * len(values))]
        print(f"{name:38}{middle:12.4f}{statistics.mean(values):10.3f}{last:10.3f}{whole / middle:17,.1f}")


if __name__ == "__main__":
    main()
