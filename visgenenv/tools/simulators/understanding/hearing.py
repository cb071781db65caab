"""What is heard of an asset: who says what when, which music plays, which other sounds there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from visgenenv.media.caching import by_recipe
from visgenenv.media.effects import sounds_of
from visgenenv.media.graphs import chance, graph
from visgenenv.media.shots import through
from visgenenv.media.timeline import starts
from visgenenv.tools.simulators.text.prose import sentences
from visgenenv.types import Recipe, Truth


class Utterance(Struct, frozen=True):
    """Words spoken from `start` to `end` seconds; `voice` tells speakers apart and is told to nobody."""

    start: float
    end: float
    text: str
    voice: str = ""
    emotion: str = ""


class Music(Struct, frozen=True):
    """Music that plays: its true tempo, and what it is like in words of a fixed list."""

    bpm: float
    genre: str
    mood: str
    vocals: bool


@by_recipe(1024)
def utterances(recipe: Recipe) -> tuple[Utterance, ...]:
    """Return what is said in a recipe's sound, in the order in which its truth joins the words."""
    params, sources = recipe.params, recipe.sources
    if recipe.node == "speech":
        seconds, voice = float(params.get("seconds") or 0.0), str(params.get("voice_id") or "")
        return (Utterance(0.0, seconds, str(params["text"]), voice, str(params.get("emotion") or "")),)
    if recipe.node == "timeline":
        return tuple(_of_film(params, sources))
    if recipe.node == "cut":
        return tuple(_of_cut(params, sources))
    if recipe.node == "pace":
        return tuple(_paced(utterances(sources[0]), params))
    if recipe.node == "ops":
        if any(op["op"] == "mute" or op.get("volume") == 0 for op in params["ops"]):
            return ()
        found = through(params["ops"], [((one.start, one.end), one) for one in utterances(sources[0])])
        return tuple(replace(one, start=start, end=end) for (start, end), one in found)
    return utterances(sources[0]) if recipe.node in ("titles", "file") and sources else ()


def _of_film(params: dict[str, Any], sources: tuple[Recipe, ...]) -> Iterator[Utterance]:
    for clip, at in zip(params["clips"], starts(params["clips"], params["overlap"]), strict=True):
        if params["keep_audio"] and clip["has_audio"] and clip["volume"] > 0:
            pace = clip["seconds"] / clip["native"] if clip["native"] else 1.0
            for one in _between(utterances(sources[clip["source"]]), clip["start"], clip["start"] + clip["native"]):
                start, end = ((moment - clip["start"]) * pace + at for moment in (one.start, one.end))
                yield replace(one, start=start, end=end)
    music = [{**params["bgm"], "start": 0.0}] if params["bgm"] else []
    for track in (*params["tracks"], *music):
        if track["volume"] > 0 and track["seconds"] > 0:
            yield from _moved(_between(utterances(sources[track["source"]]), 0.0, track["seconds"]), track["start"])


def _of_cut(params: dict[str, Any], sources: tuple[Recipe, ...]) -> Iterator[Utterance]:
    if params["volume"]:
        yield from _moved(_between(utterances(sources[0]), params["start"], params["end"]), -params["start"])
        now = params["end"] - params["start"]
        for index in params["concat"]:
            yield from _moved(utterances(sources[index]), now)
            now += params["lengths"][index]
    for index in params["mix"]:
        yield from utterances(sources[index])


def _paced(found: Iterable[Utterance], params: dict[str, Any]) -> Iterator[Utterance]:
    start, end, speed = (float(params[name]) for name in ("start", "end", "speed"))

    def now(moment: float) -> float:
        inside = min(max(moment, start), end) - start
        return moment - inside + inside / speed

    for one in found:
        yield replace(one, start=now(one.start), end=now(one.end))


def _moved(found: Iterable[Utterance], by: float) -> Iterator[Utterance]:
    for one in found:
        yield replace(one, start=one.start + by, end=one.end + by)


def _between(found: Iterable[Utterance], start: float, end: float) -> Iterator[Utterance]:
    """Yield what is said between two times: of an utterance that is cut, the share of its characters."""
    for one in found:
        first, last, length = max(start, one.start), min(end, one.end), one.end - one.start
        if last <= first:
            continue
        if last - first >= length - 0.002:
            yield one
            continue
        begin, stop = (round((moment - one.start) / length * len(one.text)) for moment in (first, last))
        if words := one.text[begin:stop].strip():
            yield replace(one, start=first, end=last, text=words)


def spoken(recipe: Recipe, known: Truth, seconds: float) -> tuple[Utterance, ...]:
    """Return what is said, sentence by sentence, in the order of time.

    Times are followed through edits; where that loses track of the words, they are spread over the whole length.
    """
    found = utterances(recipe)
    if " ".join(one.text for one in found).split() != known.speech.split():
        found = (Utterance(0.0, seconds, known.speech),) if known.speech.strip() else ()
    parts = [part for one in found for part in _sentences(one)]
    ended = [replace(part, end=min(part.end, seconds)) for part in parts if part.start < seconds]
    return tuple(sorted(ended, key=lambda part: part.start))


def _sentences(one: Utterance) -> Iterator[Utterance]:
    said = sentences(one.text)
    total, now = sum(map(len, said)), one.start
    for sentence in said:
        end = now + (one.end - one.start) * len(sentence) / total
        yield replace(one, start=now, end=end, text=sentence)
        now = end


@by_recipe(1024)
def sources_heard(recipe: Recipe) -> tuple[Recipe, ...]:
    """Return the songs, effects and clips whose own sound is audible in a recipe, in order."""
    params, sources = recipe.params, recipe.sources
    parts: list[Recipe] = []
    if recipe.node in ("song", "effect") or (recipe.node in ("shot", "animate") and params.get("audio")):
        return (recipe,)
    if recipe.node == "timeline":
        if params["keep_audio"]:
            parts = [sources[one["source"]] for one in params["clips"] if one["has_audio"] and one["volume"] > 0]
        parts += [sources[one["source"]] for one in params["tracks"] if one["volume"] > 0 and one["seconds"] > 0]
        parts += [sources[params["bgm"]["source"]]] if params["bgm"] and params["bgm"]["volume"] > 0 else []
    elif recipe.node == "cut":
        parts = [sources[0], *[sources[index] for index in params["concat"]]] if params["volume"] else []
        parts += [sources[index] for index in params["mix"]]
    elif recipe.node in ("pace", "titles", "ops", "file") and sources:
        muted = any(op["op"] == "mute" or op.get("volume") == 0 for op in params.get("ops", ()))
        parts = [] if muted else [sources[0]]
    found = {one.seed: one for part in parts for one in sources_heard(part)}
    return tuple(found.values())


_BY_SCENE = {
    "ocean": "waves", "beach": "waves", "underwater": "a deep hum", "forest": "birds", "garden": "birds",
    "meadow": "birds", "city": "traffic", "street": "traffic", "snow": "wind", "mountain": "wind", "desert": "wind",
    "space": "a deep hum",
}  # fmt: skip


def noises(recipe: Recipe) -> tuple[str, ...]:
    """Return the names of the sounds heard besides speech and music: effects, and what clips sound like."""
    found: dict[str, None] = {}
    for source in sources_heard(recipe):
        if source.node == "effect" and not source.params.get("silent"):
            found.update(dict.fromkeys(sounds_of(source) or ("a rustle",)))
        elif source.node in ("shot", "animate"):
            seen = graph(source)
            found["rain" if "rain" in seen.lights else _BY_SCENE.get(seen.scene, "a quiet room")] = None
    return tuple(found)


_GENRES = {
    "jazz": r"jazz|swing|爵士", "rock": r"\brock\b|metal|punk|摇滚|金属乐", "hip hop": r"hip[- ]?hop|\brap\b|\btrap\b|说唱|嘻哈",
    "lo-fi": r"lo-?fi|低保真", "traditional Chinese": r"guzheng|guqin|erhu|pipa|dizi|chinese|国风|古风|古筝|琵琶|二胡|中国风|竹笛",
    "classical": r"classical|symphon|string|violin|cello|古典|交响|弦乐|小提琴|大提琴", "folk": r"folk|acoustic|guitar|ukulele|民谣|吉他",
    "cinematic": r"cinematic|epic|trailer|film score|orchestra|史诗|电影|管弦|恢弘", "electronic": r"electro|edm|techno|\bhouse\b|synth|电子|合成器",
    "ambient": r"ambient|meditat|drone|氛围|冥想|环境音乐", "piano": r"piano|钢琴", "country": r"country|banjo|乡村", "funk": r"funk|disco|放克|迪斯科",
    "latin": r"latin|salsa|bossa|拉丁", "children's": r"children|kids|nursery|lullaby|儿歌|童谣|摇篮曲", "pop": r"\bpop\b|流行",
}  # fmt: skip
_MOODS = {
    "tense": r"tense|suspense|thrill|horror|紧张|悬疑|恐怖", "sad": r"\bsad\b|melanch|sorrow|lonely|悲|忧|伤感|孤独", "dark": r"\bdark\b|noir|ominous|黑暗|阴郁",
    "mysterious": r"myster|enigmatic|神秘", "epic": r"epic|heroic|grand|triumph|史诗|宏大|恢弘|英雄", "romantic": r"romantic|love|浪漫|爱情",
    "warm": r"warm|cosy|cozy|heart|温暖|温馨|治愈", "hopeful": r"hope|inspir|uplift|希望|励志|鼓舞", "playful": r"playful|funny|quirky|cute|俏皮|搞笑|可爱|童趣",
    "cheerful": r"cheer|happy|joy|upbeat|bright|festive|欢快|快乐|喜悦|明快|节日", "energetic": r"energ|driving|powerful|fast|dance|动感|激昂|强劲|活力",
    "dreamy": r"dream|ethereal|magic|梦幻|空灵|奇幻", "calm": r"calm|relax|soft|gentle|peace|slow|sooth|quiet|ambient|舒缓|轻柔|平静|安静|放松|宁静",
}  # fmt: skip
GENRES, MOODS = tuple(_GENRES), tuple(_MOODS)
_GENRE_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _GENRES.items()}
_MOOD_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _MOODS.items()}


def music(recipe: Recipe, known: Truth) -> Music | None:
    """Return the music heard longest; a song's genre and mood are what its tags say, in the words of our lists."""
    if not known.music:
        return None
    songs = [one for one in sources_heard(recipe) if one.node == "song"]
    if not songs:
        return Music(known.bpm, "pop", _usual_mood(known.bpm), False)
    song = next((one for one in songs if float(one.params["bpm"]) == known.bpm), songs[0])
    tags = f"{song.params.get('style') or ''} {song.params.get('title') or ''}"
    if song.params.get("match") == "random" and "entry" not in song.params:
        u = chance(song.seed, "tags")
        genre, mood = GENRES[int(u[0] * len(GENRES))], MOODS[int(u[1] * len(MOODS))]
    else:
        genre = _first_of(_GENRE_PATTERNS, tags) or ("pop" if known.bpm >= 100 else "ambient")
        mood = _first_of(_MOOD_PATTERNS, tags) or _usual_mood(known.bpm)
    return Music(known.bpm, genre, mood, any(not one.params.get("instrumental") for one in songs))


def _usual_mood(bpm: float) -> str:
    return "calm" if bpm < 95 else "cheerful" if bpm < 130 else "energetic"


def _first_of(patterns: dict[str, re.Pattern[str]], tags: str) -> str:
    """Return the name whose words come first in the tags."""
    found = [(match.start(), name) for name, pattern in patterns.items() if (match := pattern.search(tags))]
    return min(found)[1] if found else ""
