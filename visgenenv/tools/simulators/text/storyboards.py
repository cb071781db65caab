"""Turning a script into shots: its content shared out in order, durations a video model can make, prompts that differ."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.tools.simulators.text.prose import MARKS, Lang, chunks, clip, length, sentences
from visgenenv.tools.simulators.text.reading import Part, Script, lines_of, read_script, titled
from visgenenv.tools.simulators.text.scripts import Written, share
from visgenenv.tools.spec import ToolSpec

PROMPT_LIMIT = 800
"""Every prompt fits the narrowest generator (Qwen-Image)."""
VARIANTS = 16
"""So many storyboards a model may draw up on one request."""
_CONTENT = 420
_MOST_SHOTS = 150
"""600 s in the shortest clips of Veo; more than can be asked for (60), which a long film without a count may need."""
_ROUND = 60
"""After so many shots of one content, framing and moment come round again, and a second moment is named."""
FRAMINGS = ("大特写", "特写", "近景", "中景", "全景", "远景", "俯拍", "仰拍", "extreme close-up", "close-up", "wide shot",
            "medium shot", "full shot", "long shot", "establishing shot", "low-angle shot")  # fmt: skip
"""Framings that a script may state itself."""


class Demand(Struct, frozen=True):
    """What a storyboard is to be like, besides its script."""

    total: float | None
    shots: int | None
    model: str
    aspect_ratio: str
    style: str
    characters: tuple[tuple[str, str], ...]
    """Names and descriptions."""


@lru_cache(256)
def write_storyboard(spec: ToolSpec, text: str, lang: Lang, demand: Demand, slip: int, first: int) -> Written | str:
    """Write a storyboard, or say why its length and its count cannot both be.

    Args:
        spec: The storyboard document, whose tables hold lengths, framings and moments.
        text: The script.
        lang: Language of our own words.
        demand: What was asked for.
        slip: By how many shots the model miscounts, if that is possible.
        first: With which framing to begin, so that two storyboards differ.
    """
    tables = spec.tables
    script = read_script(text, lang)
    allowed, rate = tables["durations"].get(demand.model, []), tables["speech_rate"][lang]
    n = demand.shots or 0
    total = demand.total or _estimate(script, n, allowed, rate, lang)
    n = n or count_shots(script, total, allowed, tables["seconds_per_shot"])
    for count in (n + slip, n) if slip and n + slip > 0 else (n,):
        parts = share_out(script.parts, count, lang)
        needs = [length(part.said, lang) / rate for part in parts]
        durations = fit_durations(total, count, allowed, [weigh(part, lang) for part in parts], needs)
        if durations is not None:
            break
    else:
        return (
            f"total_duration {total:g} s cannot be made of {n} shots of {' or '.join(map(str, allowed))} s: they last"
            f" {n * allowed[0]} to {n * allowed[-1]} s. Change num_shots or total_duration, or leave one of them out."
        )
    shots = _write_shots(tables, script, parts, durations, lang, demand, first)
    board = {
        "title": script.title,
        "total_duration": round(sum(durations), 6),
        "aspect_ratio": demand.aspect_ratio,
        "shots": shots,
    }
    told = orjson.dumps(board, option=orjson.OPT_INDENT_2).decode()
    if len(shots) != n:
        board["warnings"] = [f"{n} shots were asked for, the model wrote {len(shots)}"]
    return Written(board, told)


def _estimate(script: Script, n: int, allowed: list[int], rate: float, lang: Lang) -> float:
    """Return the length of a film nobody stated: the script's own, or what its words need; possible for `n` shots."""
    shots = n or (len(script.parts) if script.fixed else 0)
    if script.fixed and allowed and not n and not script.seconds:
        needed: float = sum(_room_for(length(part.said, lang) / rate, allowed) for part in script.parts)
    else:
        words = sum(length(part.said or part.seen, lang) for part in script.parts)
        needed = script.seconds or max(words / rate, 4.0 * shots)
    if allowed and shots:
        needed = min(max(needed, shots * allowed[0]), shots * allowed[-1])
    return min(max(float(round(needed)), 4.0), 600.0)


def _room_for(seconds: float, allowed: list[int]) -> int:
    """Return the shortest allowed length in which so many seconds can be spoken, or the longest."""
    return next((each for each in allowed if each >= seconds), allowed[-1])


def fit_durations(
    total: float, n: int, allowed: list[int], weights: list[int], needs: list[float] | None = None
) -> list[float] | None:
    """Return `n` durations that add up to `total`: exactly, or within one allowed step if only some lengths exist.

    Shots whose words need it (`needs`, in seconds) get the longer lengths first, then the heavier ones. None if no
    choice of `n` allowed lengths comes near enough.
    """
    if not allowed:
        return share(total, [max(sum(weights) // n, 1) + weight for weight in weights])
    step, levels = allowed[1] - allowed[0], len(allowed) - 1
    steps = min(max(round((total - n * allowed[0]) / step), 0), n * levels)
    if abs(n * allowed[0] + steps * step - total) > step:
        return None
    chosen = [0] * n
    for i in sorted(range(n), key=lambda i: (-(needs or weights)[i], i)) if needs else ():
        wanted = min(max(math.ceil((needs[i] - allowed[0]) / step), 0), levels, steps) if needs else 0
        chosen[i] = wanted
        steps -= wanted
    heavy = sorted(range(n), key=lambda i: (-weights[i], i))
    for level in range(levels):
        for i in heavy:
            if steps and chosen[i] == level:
                chosen[i] += 1
                steps -= 1
    return [float(allowed[0] + step * level) for level in chosen]


def count_shots(script: Script, total: float, allowed: list[int], seconds_per_shot: float) -> int:
    """Return how many shots a storyboard of `total` seconds has when nobody says it."""
    n = len(script.parts) if script.fixed else round(total / seconds_per_shot)
    if allowed:
        n = min(max(n, round(total / allowed[-1])), round(total / allowed[0]))
    return min(max(n, 1), _MOST_SHOTS)


def share_out(parts: tuple[Part, ...], n: int, lang: Lang) -> list[Part]:
    """Spread a script's parts over `n` shots in order: several parts in one shot, or one part over several."""
    count = len(parts)
    joint = " " if lang == "en" else ""
    if count >= n:
        return [_together(parts[i * count // n : (i + 1) * count // n], joint) for i in range(n)]
    shots: list[Part] = []
    for j, part in enumerate(parts):
        k = -(-(j + 1) * n // count) + (j * -n // count)
        lines = lines_of(part.seen)
        seen = [joint.join(group) for group in chunks(lines, k)] if len(lines) >= k else [part.seen] * k
        said = [joint.join(group) for group in chunks(sentences(part.said), k)]
        shots += [Part(*both, part.place, part.figures, part.refers) for both in zip(seen, said, strict=True)]
    return shots


def _together(group: tuple[Part, ...], joint: str) -> Part:
    if len(group) == 1:
        return group[0]
    return Part(
        joint.join([part.seen for part in group]),
        joint.join([part.said for part in group if part.said]),
        group[0].place,
        tuple(dict.fromkeys([figure for part in group for figure in part.figures])),
        any(part.refers for part in group),
    )


def weigh(part: Part, lang: Lang) -> int:
    """Return how much time a shot asks for, in words or characters: speaking counts double."""
    return 2 * length(part.said, lang) + length(part.seen, lang) + 1


def _write_shots(
    tables: dict[str, Any],
    script: Script,
    parts: list[Part],
    durations: list[float],
    lang: Lang,
    demand: Demand,
    first: int,
) -> list[dict[str, Any]]:
    """Write one entry a shot. Who appears is described in the same words in every shot."""
    words = {key: tables[key][lang] for key in ("sizes", "moves", "moments", "transitions", "sfx")}
    mood = mood_of(tables["moods"][lang], " ".join([part.seen for part in parts]) + demand.style)
    cast = _Cast(script, demand.characters, lang)
    style = _in_style(demand.style, lang)
    written, known = [], set[str]()
    for i, part in enumerate(parts):
        size, move, moment = (words[key][(first + i) % len(words[key])] for key in ("sizes", "moves", "moments"))
        content = clip(part.seen.strip(), _CONTENT).rstrip(MARKS)
        opening = content[:40].lower()
        stated = next((framing for framing in FRAMINGS if framing in opening), "")
        again = [moment, *_later(words["moments"], i)] if content in known else []
        known.add(content)
        appear, described = cast.of(part, content)
        ends = [*described, _set_in(part.place, content, lang), "" if demand.style in content else style]
        joint = ", " if lang == "en" else "\uff0c"
        written.append(
            {
                "shot_id": i + 1,
                "duration": durations[i],
                "shot_size": stated or size,
                "camera_move": move,
                "scene": part.place or (titled(content, lang) if script.fixed else script.title),
                "characters": appear,
                "action": joint.join([content, *again]),
                "dialogue": part.said,
                "image_prompt": _prompt([*([] if stated and not again else [size]), *again], content, ends, lang),
                "video_prompt": _prompt([move, *again], content, ends, lang),
                "transition": words["transitions"][i % len(words["transitions"])]
                if i
                else tables["first_transition"][lang],
                "sfx": words["sfx"][(first + i) % len(words["sfx"])],
                "bgm_mood": mood,
            }
        )
    return written


class _Cast:
    """Who appears in each shot: the characters of the call, or else the figures of the script."""

    def __init__(self, script: Script, asked: tuple[tuple[str, str], ...], lang: Lang):
        self.asked = bool(asked)
        is_ = " is " if lang == "en" else "是"
        self.told = {name: f"{name}{is_}{description}" if description else name for name, description in asked}
        self.told = self.told or {figure.name: figure.description for figure in script.cast}
        self.made_up = {figure.name for figure in script.cast if not figure.introduced}
        self.last = list(self.told) if asked else list(self.told)[:1]

    def of(self, part: Part, content: str) -> tuple[list[str], list[str]]:
        """Return the names, and the descriptions that the shot's own words do not hold."""
        if self.asked:
            heard = f"{part.seen} {part.said}".lower()
            names = [name for name in self.told if name.lower() in heard] or self.last
        else:
            names = list(part.figures) or (self.last if part.refers else [])
        self.last = names or self.last
        known, heard = self.made_up if not self.asked and part.figures else (), content.lower()
        return names, [self.told[name] for name in names if name not in known and self.told[name].lower() not in heard]


def _later(moments: list[str], i: int) -> list[str]:
    return [moments[i // _ROUND % len(moments)]] if i >= _ROUND else []


def _set_in(place: str, content: str, lang: Lang) -> str:
    """Name the place of a shot that does not name it itself."""
    if not place or place.lower() in content.lower():
        return ""
    if lang == "zh":
        return f"场景\uff1a{place}"
    return place if place.lower().startswith(("a ", "an ", "the ")) else f"set in the {place}"


def _prompt(openings: list[str], content: str, ends: list[str], lang: Lang) -> str:
    """Join framing, content and what stays the same in every shot; the content is never what is cut."""
    comma, colon, stop = (", ", ": ", ".") if lang == "en" else ("\uff0c", "\uff1a", "。")
    text = f"{comma.join(openings)}{colon}{content}" if openings else content
    text = text[:1].upper() + text[1:]
    for end in ends:
        if end and len(text) + len(end) + 3 <= PROMPT_LIMIT:
            text += f"{stop if lang == 'zh' else '. '}{end[:1].upper()}{end[1:]}"
    return clip(text, PROMPT_LIMIT - 1) + stop


def _in_style(style: str, lang: Lang) -> str:
    return (f"{style} style" if lang == "en" else f"{style}风格") if style else ""


def mood_of(moods: dict[str, str], text: str) -> str:
    """Return the first mood whose words occur in the text; the first of all has no words and is the default."""
    default, *others = moods
    text = text[:4000].lower()
    return next((mood for mood in others if any(word in text for word in moods[mood].split("|"))), default)
