"""Makes the film of the published felt-workshop request, with music and subtitles, and its contact sheet for the docs.

python scripts/felt_film.py [--film FOLDER]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from visgenenv import ExpertPolicy, VisGenEnv
from visgenenv.media import truth
from visgenenv.media.view import frame_sheet
from visgenenv.types import Asset

SHEET = Path(__file__).resolve().parent.parent / "docs" / "images" / "felt-film.jpg"


def played() -> tuple[VisGenEnv, dict[str, Any]]:
    """Let the expert play the request up to its answer; return the environment and its last composition."""
    env = VisGenEnv("paper", tools="all", faults="none")
    env.reset(seed=1, options={"task": "paper/felt-workshop"})
    composed: dict[str, Any] = {}
    while True:
        (turn,) = ExpertPolicy().act([env.conversation])
        if "<answer>" in turn:
            return env, composed
        env.step(turn)
        for call in env.trajectory.steps[-1].action.calls:
            if call.name == "tool_video_composite":
                composed = call.arguments


def call(env: VisGenEnv, name: str, **arguments: Any) -> list[Asset]:
    """Call one tool in a turn of its own."""
    text = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    env.step(f"<think>finish the film with {name}</think><tool_call>{text}</tool_call>")
    (result,) = env.trajectory.steps[-1].results
    assert result.ok, result.error
    return list(result.assets)


def finished(env: VisGenEnv, composed: dict[str, Any]) -> Asset:
    """Put music under the expert's film, and what is said over it."""
    music = call(env, "tool_music_suno", prompt="a playful tune of xylophone and flute", instrumental=True)[0]
    film = call(env, "tool_video_composite", **{**composed, "background_music": {"asset": music.url, "volume": 0.3}})[0]
    cues = []
    for track in composed["audio_tracks"]:
        spoken = env.workspace.find(track["asset"])
        assert spoken is not None
        start = float(track.get("start", 0))
        end = min(start + spoken.duration, film.duration)
        cues.append({"text": truth(spoken).speech, "start_time": start, "end_time": end})
    return call(env, "tool_subtitle_add_text", video=film.url, subtitles=cues, font_size=52, stroke_width=3)[0]


def main() -> None:
    """Write the contact sheet, and the film itself where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--film", type=Path, help="also write the film into this folder")
    options = parser.parse_args()
    env, composed = played()
    film = finished(env, composed)
    known = truth(film)
    print(
        f"{film.duration:g} s, {film.width}x{film.height}, {len(known.shots)} shots, {len(known.subtitles)} subtitles"
    )
    print(f"music: {known.music}, speech: {known.speech[:40]}…")
    frame_sheet(film, 1200).save(SHEET, quality=80)
    if options.film:
        print(env.workspace.export(film.url, options.film))


if __name__ == "__main__":
    main()
