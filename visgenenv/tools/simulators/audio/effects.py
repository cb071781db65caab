"""Sound effects: from words, or made for a film, which can come back with the new sound."""

from __future__ import annotations

from typing import Any

from visgenenv.tools.invocation import Invocation
from visgenenv.types import Asset, Recipe, ToolResult

RATE = 44100
"""Samples a second of an effect, and of the sound of a film that comes back with one."""


def tool_sound_fx_gen(
    call: Invocation,
    *,
    prompt: str = "",
    video: str | None = None,
    duration_seconds: float | None,
    prompt_influence: float,
    loop: bool,
    return_video: bool,
) -> ToolResult:
    """Sound effects: as long as asked for, as the film, or as the service pleases; now and then almost silent."""
    film = None if video is None else call.asset(video)
    seconds = _seconds(call, film, duration_seconds)
    n_samples = int(seconds * RATE + 0.5)
    silent = call.quirk("near_silent")
    params: dict[str, Any] = {"prompt": prompt, "seconds": n_samples / RATE, "influence": float(prompt_influence)}
    params |= {"loop": loop, "silent": silent}
    recipe = Recipe("effect", call.seed(), params, () if film is None else (film.recipe,))
    effect = call.mint(
        "audio",
        "mp3",
        "audio/mpeg",
        recipe,
        n_samples=n_samples,
        sample_rate=RATE,
        channels=2,
        has_audio=True,
        parents=() if film is None else ((film.id, "source"),),
    )
    data: dict[str, Any] = {"task_id": call.task_id}
    if silent:
        data["warnings"] = ["the result is almost silent; listen to it, and try again with other words"]
    price = call.spec.price
    if film is None:
        return call.done(effect, data=data, cost=price["per_second"] * seconds)
    assets = (effect, _with_effect(call, film, effect)) if return_video else (effect,)
    return call.done(*assets, data=data, latency=call.spec.latency["video"], cost=price["per_video"])


def _seconds(call: Invocation, film: Asset | None, asked: float | None) -> float:
    """Return how long the effect is to be; refuse a film that is too short or long, or a length other than its own."""
    tables = call.spec.tables
    if film is None:
        if asked is not None:
            return float(asked)
        least, most = tables["auto_seconds"]
        return float(round(least + (most - least) * call.draws[1], 1))
    least, most = tables["video_seconds"]
    if not least <= film.duration <= most:
        message = f"video duration must be between {least} and {most} seconds; {film.url} lasts {film.duration:.2f} s"
        call.refuse(message)
    if asked is not None and abs(asked - film.duration) > film.fps[1] / film.fps[0]:
        message = f"$.duration_seconds: {asked:g} s must be null or equal to the video's {film.duration:.2f} s"
        call.refuse(message)
    return film.duration


def _with_effect(call: Invocation, film: Asset, effect: Asset) -> Asset:
    """Mint the film again, frame for frame, with the effect in place of its sound."""
    clip = {
        "source": 0,
        "start": 0.0,
        "seconds": film.duration,
        "native": film.duration,
        "still": False,
        "size": [film.width, film.height],
        "volume": 1.0,
        "has_audio": film.has_audio,
    }
    track = {"source": 1, "start": 0.0, "volume": 1.0, "fade_in": 0.0, "fade_out": 0.0, "seconds": film.duration}
    params = {
        "clips": [clip],
        "transition": "none",
        "overlap": 0.0,
        "fit": "pad",
        "hold": 0.0,
        "keep_audio": False,
        "tracks": [track],
        "bgm": None,
    }
    return call.mint(
        "video",
        "mp4",
        "video/mp4",
        Recipe("timeline", call.seed(1), params, (film.recipe, effect.recipe)),
        width=film.width,
        height=film.height,
        n_frames=film.n_frames,
        fps=film.fps,
        has_audio=True,
        sample_rate=RATE,
        channels=2,
        parents=((film.id, "clip"),),
    )
