"""What a storyboard can be polished for: each focus puts one thing in order, and doing it again finds little to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from visgenenv.lexicon import find
from visgenenv.tools.simulators.text.boards import Shot, total_of
from visgenenv.tools.simulators.text.prose import MARKS, Lang, clip_words, length, sentences
from visgenenv.tools.simulators.text.reading import read_cast
from visgenenv.tools.simulators.text.storyboards import FRAMINGS, PROMPT_LIMIT, fit_durations, mood_of
from visgenenv.tools.simulators.text.wishes import Wishes, swapped
from visgenenv.tools.simulators.text.wording import shortened

PROMPTS = ("image_prompt", "video_prompt")
_WORDED = ("scene", "action", "dialogue", *PROMPTS)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_FULL = 0.9
"""Share of a shot that a line written for it may fill."""


class Desk(Struct):
    """What a polishing works with: the shots being changed, the document's words, and what was asked."""

    shots: list[Shot]
    tables: dict[str, Any]
    lang: Lang
    wishes: Wishes
    allowed: list[int]
    total: float

    def words(self, name: str) -> Any:
        """Return a word table of the document in the storyboard's language."""
        return self.tables[name][self.lang]

    @property
    def rate(self) -> float:
        return float(self.tables["speech_rate"][self.lang])


def work_in(desk: Desk, instruction: str) -> None:
    """Put into every shot what the instruction asks for: words replaced, left out or added, and the mood it names."""
    wishes, moods = desk.wishes, desk.words("moods")
    mood = mood_of(moods, instruction)
    for shot in desk.shots:
        for field in _WORDED if wishes.swap else ():
            shot[field] = swapped(shot[field], wishes.swap)
        if wishes.swap:
            shot["characters"] = [swapped(name, wishes.swap) for name in shot["characters"]]
        for field in PROMPTS:
            for phrase in wishes.add:
                shot[field] = with_phrase(shot[field], phrase, desk.lang)
            for phrase in wishes.drop:
                shot[field] = with_phrase(shot[field], desk.words("without").format(phrase), desk.lang)
        if mood != next(iter(moods)):
            shot["bgm_mood"] = mood


def with_phrase(prompt: str, phrase: str, lang: Lang) -> str:
    """Add a phrase to a prompt that does not hold it, if there is room."""
    phrase = phrase.strip(MARKS)
    if not phrase or phrase.lower() in prompt.lower() or len(prompt) + len(phrase) + 3 > PROMPT_LIMIT:
        return prompt
    joint, stop = (". ", ".") if lang == "en" else ("。", "。")
    return f"{prompt.rstrip(MARKS)}{joint if prompt.strip(MARKS) else ''}{phrase[0].upper()}{phrase[1:]}{stop}"


def fitting(desk: Desk, total: float, weights: list[int]) -> list[float] | None:
    needs = [length(shot["dialogue"], desk.lang) / desk.rate for shot in desk.shots]
    return fit_durations(total, len(desk.shots), desk.allowed, weights, needs)


def enter(desk: Desk, durations: list[float]) -> None:
    for shot, seconds in zip(desk.shots, durations, strict=True):
        shot["duration"] = seconds
    desk.total = total_of(desk.shots)


def _continuity(desk: Desk) -> None:
    """Word each place and each character in one way, and let transitions say where the place changes."""
    scenes: dict[str, str] = {}
    names: dict[str, str] = {}
    for before, shot in zip([None, *desk.shots], desk.shots, strict=False):
        if not shot["scene"] and before is not None:
            shot["scene"] = before["scene"]
        wording = scenes.setdefault(_place_key(shot["scene"]), shot["scene"])
        if shot["scene"] and wording != shot["scene"]:
            swap = ((shot["scene"], wording),)
            for field in PROMPTS:
                shot[field] = swapped(shot[field], swap)
            shot["scene"] = wording
        cast = [names.setdefault(_ARTICLE.sub("", name).lower(), name) for name in shot["characters"]]
        shot["characters"] = list(dict.fromkeys(cast))
        first, same, other = desk.words("joins")
        shot["transition"] = first if before is None else same if before["scene"] == shot["scene"] else other


def _place_key(scene: str) -> str:
    """Return what two wordings of one place have in common: the lexicon's name of it, or the bare words."""
    bare = _ARTICLE.sub("", scene.strip()).lower()
    known = find(scene).scenes if len(bare) <= 40 else ()
    return known[0] if known else bare


def _camera(desk: Desk) -> None:
    """Vary framing and movement: wide where a place is new, close where somebody speaks, never twice the same."""
    wide, near, others = desk.words("wide"), desk.words("near"), desk.words("between")
    moves, place, spoken = desk.words("moves"), None, 0
    last_size = last_move = ""
    for i, shot in enumerate(desk.shots):
        stated = _stated(shot["action"])
        if stated:
            size = stated
        elif shot["scene"] != place:
            size = _other_than(last_size, wide, i)
        elif shot["dialogue"]:
            size, spoken = _other_than(last_size, near, spoken), spoken + 1
        else:
            size = _other_than(last_size, others, i)
        move = _other_than(last_move, moves, i)
        _reframe(shot, size, move, desk.lang)
        place, last_size, last_move = shot["scene"], size, move


def _stated(action: str) -> str:
    opening = action[:40].lower()
    return next((framing for framing in FRAMINGS if framing in opening), "")


def _other_than(last: str, options: list[str], at: int) -> str:
    first = options[at % len(options)]
    return first if first != last else options[(at + 1) % len(options)]


def _reframe(shot: Shot, size: str, move: str, lang: Lang) -> None:
    """Enter a framing and a movement, also where the prompts open with the old ones."""
    for field, name, new in (("image_prompt", "shot_size", size), ("video_prompt", "camera_move", move)):
        prompt, old = shot[field], shot[name]
        if old and prompt[: len(old)].lower() == old.lower():
            prompt = f"{new}{prompt[len(old) :]}"
        elif prompt and new.lower() not in prompt[:60].lower():
            prompt = f"{new}{': ' if lang == 'en' else '：'}{prompt}"
        if len(prompt) <= PROMPT_LIMIT:
            shot[field] = f"{prompt[:1].upper()}{prompt[1:]}"
        shot[name] = new


def _dialogue(desk: Desk) -> None:
    """Write a line where none is spoken, none twice."""
    spoken = {shot["dialogue"] for shot in desk.shots}
    stop = "." if desk.lang == "en" else "。"
    for shot in desk.shots:
        if shot["dialogue"].strip():
            continue
        told = (sentences(shot["action"]) or [""])[0]
        line = shortened(told, int(shot["duration"] * desk.rate * _FULL), desk.lang).strip(MARKS)
        line = f"{line[:1].upper()}{line[1:]}{stop}" if line else ""
        if line not in spoken:
            shot["dialogue"] = line
            spoken.add(line)


def tighten(desk: Desk) -> None:
    for shot in desk.shots:
        shot["dialogue"] = tightened(shot["dialogue"], shot["duration"] * desk.rate, desk.lang)


def tightened(line: str, room: float, lang: Lang) -> str:
    """Cut a spoken line to what can be said, at the end of a sentence or clause where one is near."""
    most = max(int(room), 1)
    if length(line, lang) <= most:
        return line
    kept: list[str] = []
    for sentence in sentences(line):
        if length(" ".join([*kept, sentence]), lang) > most:
            break
        kept.append(sentence)
    if kept:
        return (" " if lang == "en" else "").join(kept)
    stop = "." if lang == "en" else "。"
    whole = shortened(line, most, lang)
    return whole or f"{clip_words(line, most, lang).rstrip(MARKS)}{stop}"


def _pacing(desk: Desk) -> None:
    """Share the time out anew: by what is said and what happens, in lengths the video model can make."""
    weights = [2 * length(shot["dialogue"], desk.lang) + length(shot["action"], desk.lang) + 1 for shot in desk.shots]
    durations = fitting(desk, desk.total, weights)
    if durations and abs(sum(durations) - desk.total) < 1e-6:
        enter(desk, durations)


def _consistency(desk: Desk) -> None:
    """Describe every character and the place in the same words in every prompt."""
    described = _descriptions(desk)
    for shot in desk.shots:
        place = shot["scene"]
        for field in PROMPTS:
            for name in shot["characters"]:
                shot[field] = with_phrase(shot[field], described.get(name, ""), desk.lang)
            if place and len(place) <= 160:
                shot[field] = _placed(shot[field], place, desk.words("set_in"), desk.lang)


def _placed(prompt: str, place: str, set_in: str, lang: Lang) -> str:
    if _ARTICLE.sub("", place).lower() in prompt.lower():
        return prompt
    return with_phrase(prompt, set_in.format(_ARTICLE.sub("", place)), lang)


def _descriptions(desk: Desk) -> dict[str, str]:
    """Return how each character is described: as a prompt says (`Mira is …`), or as the actions introduce it."""
    names = list(dict.fromkeys(name for shot in desk.shots for name in shot["characters"]))
    found: dict[str, str] = {}
    for name in names:
        said = re.compile(
            rf"\b{re.escape(name)} is [^.]+" if desk.lang == "en" else rf"{re.escape(name)}是[^。]+", re.IGNORECASE
        )
        texts = (match[0] for shot in desk.shots for match in said.finditer(shot["image_prompt"]))
        told = next(texts, "")
        if told:
            found[name] = told.strip()
    if len(found) == len(names) and names:
        return found
    for figure in read_cast(tuple(shot["action"] for shot in desk.shots), desk.lang):
        owner = next((name for name in names if figure.name.lower() in name.lower()), "" if names else figure.name)
        if owner and owner not in found and (figure.introduced or figure.name.lower() != owner.lower()):
            found[owner] = figure.description
    if not names:
        for shot in desk.shots:
            shot["characters"] = [name for name in found if name.lower() in shot["action"].lower()]
    return found


def _prompt_detail(desk: Desk) -> None:
    """Enrich every prompt by one phrase that its generator profits from."""
    for i, shot in enumerate(desk.shots):
        for field in PROMPTS:
            options = desk.words("details")[field]
            if not any(phrase.lower() in shot[field].lower() for phrase in options):
                shot[field] = with_phrase(shot[field], options[i % len(options)], desk.lang)


FOCUSES: dict[str, Callable[[Desk], None]] = {
    "continuity": _continuity,
    "camera": _camera,
    "pacing": _pacing,
    "consistency": _consistency,
    "dialogue": _dialogue,
    "prompt_detail": _prompt_detail,
}
ORDER = ("continuity", "camera", "dialogue", "pacing", "consistency", "prompt_detail")
"""Places decide framings, lines decide lengths, and prompts come last."""
