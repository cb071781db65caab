"""What a narrator says and when: words spoken, moved apart where they would overlap, made to fit a film."""

from __future__ import annotations

from typing import Any, NamedTuple

from visgenenv.media.truth import recipe_truth
from visgenenv.tools.invocation import Invocation
from visgenenv.tools.simulators.audio.generation import chinese_characters, speech_stretch, spoken_seconds, spoken_words
from visgenenv.tools.simulators.editing.rendering import ROUNDING, count_samples
from visgenenv.types import Asset, Recipe


class Line(NamedTuple):
    """Words of the narration: when they start, how long they take, and how they are made."""

    start: float
    seconds: float
    text: str
    recipe: Recipe


class Voiceover(NamedTuple):
    """All that is spoken: its lines, characters synthesised, and the form of its sound."""

    lines: list[Line]
    characters: int
    rate: int
    channels: int


def read_given(sound: Asset) -> Voiceover:
    """Read an existing narration; its words are those that can be heard in it."""
    words = recipe_truth(sound.recipe).speech
    return Voiceover([Line(0.0, sound.duration, words, sound.recipe)], 0, sound.sample_rate, sound.channels)


def synthesise(call: Invocation, asked: list[dict[str, Any]], speed: float, voice_id: str | None) -> Voiceover:
    """Speak every segment; each has its own luck with its pace, as separate calls of the speech service would."""
    pace, lines, luck = call.spec.tables["pace"], [], call.draws
    rate = pace["sample_rate"]
    for index, one in enumerate(asked):
        words = one["text"]
        spoken = spoken_words(call, words)
        stretch = speech_stretch(pace, luck[1 + index] if index < 7 else call.draw(f"segment {index}"), speed)
        seconds = count_samples(spoken_seconds(pace, words) * stretch + pace["tail"], rate) / rate
        language = "en" if spoken.isascii() or not chinese_characters(spoken) else "zh"
        params = {
            "text": spoken,
            "voice_id": one.get("voice_id") or voice_id or call.spec.tables["voices"][language],
            "speed": speed,
            "pitch": 0,
            "vol": 1.0,
            "emotion": "",
            "language": language,
            "seconds": seconds,
        }
        lines.append(Line(0.0, seconds, words, Recipe("speech", call.seed(_SPEECH + index), params)))
    total = sum([line.seconds for line in lines])
    if total > pace["longest"]:
        call.refuse(f"the speech would last {total:.0f} s, more than {pace['longest']} s: split the text", code="2013")
    return Voiceover(lines, sum([len(line.text) for line in lines]), rate, 1)


_SPEECH = 10
"""Recipe seeds of a call: 0 to 3 are the film, the narration, the subtitles and the film below burnt-in words."""


def place(lines: list[Line], wanted: list[float]) -> tuple[list[Line], list[str]]:
    """Let every line start when it should, or later if the one before it is still speaking; say which had to wait."""
    placed, warnings, now = [], [], 0.0
    for line, start in zip(lines, wanted, strict=True):
        if start < now - 1e-9:
            warnings.append(f"the segment at {start:.2f} s starts at {now:.2f} s: the one before it still speaks")
        start = max(start, now)
        placed.append(Line(start, *line[1:]))
        now = start + line.seconds
    return placed, warnings


def fit(call: Invocation, lines: list[Line], wanted: list[float], length: float, overflow: str) -> list[Line]:
    """Deal with a narration that outlasts the film, as `overflow` says; `trim` and `extend` leave the lines alone."""
    if overflow != "extend":
        for start in wanted:
            if start >= length:
                told = f"start_time ({start:.2f}) should be smaller than the clip's duration ({length:.2f})."
                call.refuse(f"segments: {told}")
    end = lines[-1].start + lines[-1].seconds
    if end <= length + ROUNDING or overflow in ("trim", "extend"):
        return lines
    message = f"narration ({end:.1f} s) is longer than the video ({length:.1f} s)"
    if overflow == "error":
        call.refuse(message)
    factor, later = 1.0, 0.0
    for line, start in zip(lines[::-1], wanted[::-1], strict=True):
        later += line.seconds
        factor = max(factor, later / (length - start))
    if factor > call.spec.tables["fastest"]:
        call.refuse(f"{message}: it would have to be spoken {factor:.2f} times as fast, the most is 2")
    return place([_faster(call, index, line, factor) for index, line in enumerate(lines)], wanted)[0]


def _faster(call: Invocation, index: int, line: Line, factor: float) -> Line:
    """Return a line spoken `factor` times as fast, at the same pitch."""
    seconds = line.seconds / factor
    params = {"start": 0.0, "end": line.seconds, "speed": factor, "keep_pitch": True, "length": line.seconds}
    recipe = Recipe("pace", call.seed(2 * _SPEECH + 100 + index), params | {"seconds": seconds}, (line.recipe,))
    return line._replace(seconds=seconds, recipe=recipe)
