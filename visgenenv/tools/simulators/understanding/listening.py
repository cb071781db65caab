"""Answers about what is heard, one function for each kind of question, in English and Chinese."""

from __future__ import annotations

from visgenenv.tools.simulators.text.prose import language
from visgenenv.tools.simulators.understanding import phrases as say
from visgenenv.tools.simulators.understanding.hearing import Utterance
from visgenenv.tools.simulators.understanding.measures import MOST_LINES
from visgenenv.tools.simulators.understanding.questions import Ask
from visgenenv.tools.simulators.understanding.sights import Sight
from visgenenv.types import Lang

MOST_WORDS = 4000
"""So many characters of a transcript are told in the words of an answer; the segments hold all."""


def estimated(bpm: float, percent: int) -> int:
    """Return a listener's guess at a tempo, `percent` off the true one, as a whole number that stays within 10 %."""
    return int(bpm * (1 + percent / 100) + 0.5)


def transcript(sight: Sight) -> str:
    """Return all words that are said."""
    return " ".join(one.text for one in sight.said)


def speakers(sight: Sight) -> dict[str, str]:
    """Return a name for each voice, in the order in which they speak."""
    return {voice: f"Speaker {n}" for n, voice in enumerate(dict.fromkeys(one.voice for one in sight.said), 1)}


def lines(sight: Sight, stamped: bool) -> list[str]:
    """Write what is said line by line, with the time of each where that is wanted."""
    return [f"[{say.clock(one.start)}] {one.text}" if stamped else one.text for one in sight.said]


def heard(sight: Sight, lang: Lang, percent: int) -> str:
    """Sum up what is heard in one sentence."""
    zh = lang == "zh"
    parts = []
    if sight.said:
        words = transcript(sight)
        words = words if len(words) <= 120 else words[:120].rstrip() + "..."
        parts.append(f"人声说“{words}”" if zh else f"a voice that says “{words}”")
    if sight.music:
        parts.append(_music(sight, lang, percent))
    parts += [say.either(noise, lang) for noise in sight.noises]
    if not parts:
        return "听不到任何声音。" if zh else "Nothing is to be heard."
    return f"听到{say.listed(parts, lang)}。" if zh else f"I hear {say.listed(parts, lang)}."


def _music(sight: Sight, lang: Lang, percent: int) -> str:
    """Call the music by mood, genre, singing and, where anything is known of it, guessed tempo."""
    played = sight.music
    if played is None:
        return ""
    bpm = estimated(played.bpm, percent)
    if lang == "zh":
        voice = ("有人声演唱" if played.vocals else "纯音乐") + (f",约 {bpm} BPM" if bpm else "")
        return f"{say.chinese(played.mood)}的{say.chinese(played.genre)}音乐({voice})"
    voice = ("sung" if played.vocals else "instrumental") + (f", about {bpm} BPM" if bpm else "")
    return f"{played.mood} {played.genre} music ({voice})"


def sound(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Say whether there is sound, and which."""
    if sight.kind == "image":
        return _silent_picture(lang)
    if not sight.has_audio:
        return "没有声音:视频没有音轨。" if lang == "zh" else "No: the film has no sound track."
    nothing = not (sight.said or sight.music or sight.noises)
    if not ask.yes_no or nothing:
        return heard(sight, lang, percent)
    return ("有声音。" if lang == "zh" else "Yes. ") + heard(sight, lang, percent)


def _silent_picture(lang: Lang) -> str:
    return "图片没有声音。" if lang == "zh" else "A picture has no sound."


def music(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Say whether music plays, and which."""
    if sight.kind == "image":
        return _silent_picture(lang)
    if sight.music is None:
        return _no_music(sight, lang, ask.yes_no)
    told = _music(sight, lang, percent)
    if lang == "zh":
        return f"有音乐:{told}。"
    return f"{'Yes, there' if ask.yes_no else 'There'} is music: {told}."


def tempo(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Estimate the tempo of the music."""
    if sight.music is None:
        return _no_music(sight, lang)
    bpm = estimated(sight.music.bpm, percent)
    if not bpm:
        return "听不出明确的节奏。" if lang == "zh" else "I cannot make out a steady tempo."
    return f"节奏约为 {bpm} BPM(估计值)。" if lang == "zh" else f"The tempo is about {bpm} BPM (an estimate)."


def _no_music(sight: Sight, lang: Lang, yes_no: bool = False) -> str:
    if sight.kind == "image":
        return _silent_picture(lang)
    return "没有音乐。" if lang == "zh" else "No, there is no music." if yes_no else "There is no music."


def vocals(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Say whether the music is sung; its words cannot be made out."""
    if sight.music is None:
        return _no_music(sight, lang)
    if sight.music.vocals:
        return "有人声演唱,但听不清歌词。" if lang == "zh" else "Yes, it is sung; the words cannot be made out."
    return "没有演唱,是纯音乐。" if lang == "zh" else "No, nobody sings: the music is instrumental."


def genre(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Name the genre of the music."""
    if sight.music is None:
        return _no_music(sight, lang)
    return f"曲风是{say.chinese(sight.music.genre)}。" if lang == "zh" else f"The genre is {sight.music.genre}."


def mood(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Name the mood of the voice and of the music; without either, the light is all there is to tell."""
    zh = lang == "zh"
    parts = []
    if sight.said:
        told = say.listed([say.either(one, lang) for one in emotions(sight)], lang)
        parts.append(f"人声的情绪是{told}。" if zh else f"The voice sounds {told}.")
    if sight.music:
        told = say.either(sight.music.mood, lang)
        parts.append(f"音乐的情绪是{told}的。" if zh else f"The mood of the music is {told}.")
    if parts:
        return ("" if zh else " ").join(parts)
    lights = [say.light(one, lang) for one in sight.lights]
    if zh:
        return f"光线是{say.listed(lights, lang)};更多的情绪看不出来。" if lights else "看不出特定的情绪。"
    told = f"The light is that of: {say.listed(lights, lang)}; beyond it no" if lights else "No particular"
    return f"{told} mood can be told."


def emotions(sight: Sight) -> tuple[str, ...]:
    """Return the moods of the voices, each once."""
    return tuple(dict.fromkeys(one.emotion or "neutral" for one in sight.said))


def speech(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Say whether anybody speaks, and what; look for quoted words."""
    zh = lang == "zh"
    if sight.kind == "image":
        return _silent_picture(lang)
    if not sight.said:
        return "没有人声说话。" if zh else "No, nobody speaks." if ask.yes_no else "Nobody speaks."
    words = transcript(sight)
    prefix = ""
    if ask.quoted:
        missing = [quote for quote in ask.quoted if quote.casefold() not in words.casefold()]
        no = f"没有说“{missing[0]}”。" if zh and missing else f"No, “{missing[0]}” is not said. " if missing else ""
        prefix = no or ("是的。" if zh else "Yes. ")
    elif ask.yes_no:
        prefix = "有。" if zh else "Yes. "
    words = words if len(words) <= MOST_WORDS else words[:MOST_WORDS].rstrip() + "..."
    n = len(speakers(sight))
    if zh:
        return f"{prefix}{n} 个声音说:“{words}”。"
    return f"{prefix}{'One voice says' if n == 1 else f'{n} voices say'}: “{words}”"


def transcribed(sight: Sight, lang: Lang, stamped: bool) -> str:
    """Write what is said, a line a segment."""
    if not sight.said:
        return "没有人声说话。" if lang == "zh" else "Nobody speaks."
    told = lines(sight, stamped)
    text = "\n".join(told[: 10 * MOST_LINES]) if stamped else " ".join(told)
    return text if len(text) <= 4 * MOST_WORDS else text[: 4 * MOST_WORDS].rstrip() + "..."


def language_of(ask: Ask, sight: Sight, lang: Lang, percent: int) -> str:
    """Name the language that is spoken, or written."""
    parts = [one.text for one in sight.said] or sight.words.split()
    if not parts:
        return "没有可辨认语言的内容。" if lang == "zh" else "There is no speech or text whose language could be told."
    found = dict.fromkeys(language(part) for part in parts)
    names = {"zh": ("Chinese", "中文"), "en": ("English", "英文")}
    told = say.listed([names[one][lang == "zh"] for one in found], lang)
    return f"语言是{told}。" if lang == "zh" else f"The language is {told}."


def segment(one: Utterance, names: dict[str, str]) -> dict[str, object]:
    """Return one segment of a transcript as data."""
    return {"start": round(one.start, 2), "end": round(one.end, 2), "text": one.text, "speaker": names[one.voice]}
