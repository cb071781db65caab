"""Turning a script into shots: its content shared out in order, durations a video model can make, prompts that differ."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

from visgenenv.tools.simulators.prose import (
    MARKS,
    Lang,
    bare_subject,
    chunks,
    clip,
    length,
    numbered,
    sentences,
    spoken,
)
from visgenenv.tools.simulators.scripts import share

PROMPT_LIMIT = 800
"""Every prompt fits the narrowest generator (Qwen-Image)."""
_PART, _CONTENT, _SETTING, _TITLE = 2000, 420, 160, 60
_LONGEST = 600.0
_MOST_SHOTS = 150
"""600 s in the shortest clips of Veo; more than can be asked for (60), which a long film without a count may need."""
_ROUND = 60
"""After so many shots of one content, framing and moment come round again, and a second moment is named."""
_FRAMINGS = ("大特写", "特写", "近景", "中景", "全景", "远景", "俯拍", "仰拍", "extreme close-up", "close-up", "wide shot",
             "medium shot", "full shot", "long shot", "establishing shot", "low-angle shot")  # fmt: skip


class Part(Struct, frozen=True):
    """One stretch of a script: what is seen and what is said."""

    seen: str
    said: str


class Script(Struct, frozen=True):
    """A script, read: its title, the setting all shots share, its parts in order, and its length if it states one.

    `fixed`: the parts are numbered shots or scenes, and a storyboard without a demand of its own keeps them one for one.
    """

    title: str
    setting: str
    parts: tuple[Part, ...]
    seconds: float = 0.0
    fixed: bool = False


@lru_cache(64)
def read_script(text: str, lang: Lang) -> Script:
    """Read a script of tool_video_script_gen (JSON), numbered shots, or plain sentences."""
    if text.lstrip()[:1] == "{":
        known = _read_document(text)
        if known is not None:
            return known
    preamble, shots = numbered(text)
    if shots:
        parts = tuple(_part(*spoken(shot)) for shot in shots)
        setting = clip(bare_subject(preamble.partition("\n")[0], lang), _SETTING).strip(MARKS)
        return Script(clip(setting or parts[0].seen, _TITLE).strip(MARKS), setting, parts, fixed=True)
    seen, said = spoken(bare_subject(text.strip(), lang))
    lines = sentences(seen) or [seen]
    words = chunks(sentences(said), len(lines))
    parts = tuple(_part(line, " ".join(said)) for line, said in zip(lines, words, strict=True))
    return Script(clip(lines[0], _TITLE).strip(MARKS), "", parts)


def _part(seen: str, said: str) -> Part:
    return Part(clip(seen, _PART), clip(said, _PART))


def _read_document(text: str) -> Script | None:
    try:
        document: Any = orjson.loads(text)
        parts = tuple(_part(str(scene["visual"]), str(scene["narration"])) for scene in document["scenes"])
        seconds = min(max(float(sum(scene["est_duration"] for scene in document["scenes"])), 0.0), _LONGEST)
        return Script(str(document["title"]), "", parts, seconds, fixed=True) if parts else None
    except (ValueError, TypeError, KeyError):
        return None


def fit_durations(total: float, n: int, allowed: list[int], weights: list[int]) -> list[float] | None:
    """Return `n` durations that add up to `total`: exactly, or within one allowed step if only some lengths exist.

    Heavier shots get the longer lengths. None if no choice of `n` allowed lengths comes near enough.
    """
    if not allowed:
        return share(total, [max(sum(weights) // n, 1) + weight for weight in weights])
    step = allowed[1] - allowed[0]
    steps = min(max(round((total - n * allowed[0]) / step), 0), n * (len(allowed) - 1))
    if abs(n * allowed[0] + steps * step - total) > step:
        return None
    each, rest = divmod(steps, n)
    longer = sorted(range(n), key=lambda i: (-weights[i], i))[:rest]
    return [float(allowed[each] + (step if i in longer else 0)) for i in range(n)]


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
        groups = [parts[i * count // n : (i + 1) * count // n] for i in range(n)]
        return [
            Part(joint.join(part.seen for part in group), joint.join(part.said for part in group if part.said))
            for group in groups
        ]
    shots: list[Part] = []
    for j, part in enumerate(parts):
        k = sum(i * count // n == j for i in range(n))
        lines = sentences(part.seen)
        seen = [joint.join(group) for group in chunks(lines, k)] if len(lines) >= k else [part.seen] * k
        said = [joint.join(group) for group in chunks(sentences(part.said), k)]
        shots += [Part(*both) for both in zip(seen, said, strict=True)]
    return shots


def weigh(part: Part, lang: Lang) -> int:
    """Return how much time a shot asks for, in words or characters: speaking counts double."""
    return 2 * length(part.said, lang) + length(part.seen, lang) + 1


def write_shots(
    tables: dict[str, Any],
    script: Script,
    shots: list[Part],
    durations: list[float],
    *,
    lang: Lang,
    style: str,
    characters: list[dict[str, str]],
    first: int,
) -> list[dict[str, Any]]:
    """Write one entry a shot; `first` says with which framing to begin, so that two storyboards differ."""
    words = {key: tables[key][lang] for key in ("sizes", "moves", "moments", "transitions", "sfx")}
    mood = _mood(tables["moods"][lang], " ".join(part.seen for part in shots) + style)
    described = {c["name"]: _described(c, lang) for c in characters}
    cast = list(described)
    written, known = [], set()
    for i, part in enumerate(shots):
        heard = f"{part.seen} {part.said}".lower()
        cast = [name for name in described if name.lower() in heard] or cast
        size, move, moment = (words[key][(first + i) % len(words[key])] for key in ("sizes", "moves", "moments"))
        content = clip(part.seen.strip(), _CONTENT).rstrip(MARKS)
        opening = content[:40].lower()
        stated = next((framing for framing in _FRAMINGS if framing in opening), "")
        again = [moment, *_later(words["moments"], i)] if content in known else []
        known.add(content)
        ends = [*(described[name] for name in cast), script.setting, "" if style in content else _in_style(style, lang)]
        written.append(
            {
                "shot_id": i + 1,
                "duration": durations[i],
                "shot_size": stated or size,
                "camera_move": move,
                "scene": script.setting or content,
                "characters": cast,
                "action": content,
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


def _later(moments: list[str], i: int) -> list[str]:
    return [moments[i // _ROUND % len(moments)]] if i >= _ROUND else []


def _prompt(openings: list[str], content: str, ends: list[str], lang: Lang) -> str:
    """Join framing, content and what stays the same in every shot; the content is never what is cut."""
    comma, colon, stop = (", ", ": ", ".") if lang == "en" else ("\uff0c", "\uff1a", "。")
    text = f"{comma.join(openings)}{colon}{content}" if openings else content
    text = text[:1].upper() + text[1:]
    for end in ends:
        if end and len(text) + len(end) + 3 <= PROMPT_LIMIT:
            text += f"{stop if lang == 'zh' else '. '}{end[:1].upper()}{end[1:]}"
    return clip(text, PROMPT_LIMIT - 1) + stop


def _described(character: dict[str, str], lang: Lang) -> str:
    description = character.get("description", "").strip(MARKS)
    if not description:
        return character["name"]
    return f"{character['name']}{' is ' if lang == 'en' else '是'}{description}"


def _in_style(style: str, lang: Lang) -> str:
    return (f"{style} style" if lang == "en" else f"{style}风格") if style else ""


def _mood(moods: dict[str, str], text: str) -> str:
    """Return the first mood whose words occur in the text; the first of all has no words and is the default."""
    default, *others = moods
    text = text.lower()
    return next((mood for mood in others if any(word in text for word in moods[mood].split("|"))), default)
