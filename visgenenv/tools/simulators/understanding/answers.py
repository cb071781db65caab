"""Answers about what is seen, one function for each kind of question, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from visgenenv.lexicon import SUBJECTS, phrase
from visgenenv.tools.simulators.understanding import measures
from visgenenv.tools.simulators.understanding import phrases as say
from visgenenv.tools.simulators.understanding.measures import MOST_LINES
from visgenenv.tools.simulators.understanding.questions import Ask
from visgenenv.tools.simulators.understanding.sights import Sight
from visgenenv.types import Lang, Subject


def describe(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Tell what there is: subjects, setting, light, style, words, sound, length and size."""
    zh = lang == "zh"
    parts = [_shown(sight, lang)]
    if sight.words:
        parts.append(f"文字:“{sight.words[:200]}”。" if zh else f"It bears the words “{sight.words[:200]}”.")
    if sight.kind == "image":
        parts.append(f"尺寸为 {say.pixels(sight, lang)}。" if zh else f"Its size is {say.pixels(sight, lang)}.")
        return _joined(parts, lang)
    parts.append(f"{measures.length(ask, sight, lang)}")
    cuts = len(sight.views)
    if cuts > 1:
        parts.append(f"共 {cuts} 个镜头。" if zh else f"It has {cuts} shots.")
    parts.append(f"尺寸为 {say.pixels(sight, lang)}。" if zh else f"Its size is {say.pixels(sight, lang)}.")
    return _joined(parts, lang)


def _joined(parts: Iterable[str], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(part for part in parts if part)


def _shown(sight: Sight, lang: Lang) -> str:
    """Say in one sentence what is seen, where, in which light and style."""
    zh = lang == "zh"
    noun = say.noun(sight, lang)
    places = [say.setting(one, lang) for one in sight.scenes[:4]]
    lights = [say.light(one, lang) for one in sight.lights[:3]]
    styles = [say.style(one, lang) for one in sight.styles[:3]]
    seen = say.subjects(sight.subjects, lang)
    if zh:
        text = f"{noun}中有{seen}" if seen else f"{noun}中没有主体"
        text += f",场景是{say.listed(places, lang)}" if places else ""
        text += f",光线与天气:{say.listed(lights, lang)}" if lights else ""
        return text + (f",风格为{say.listed(styles, lang)}。" if styles else "。")
    text = f"The {noun} shows {seen or 'no subject'}"
    text += f" {', then '.join(places)}" if places else ""
    text += f"; the light: {say.listed(lights, lang)}" if lights else ""
    return text + (f"; the style: {say.listed(styles, lang)}." if styles else ".")


def subject(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Name the main subject, and the others."""
    if not sight.subjects:
        return "没有看到明显的主体。" if lang == "zh" else "I see no subject, only the setting."
    first, *others = sight.subjects
    if lang == "zh":
        more = f",另外还有{say.subjects(others, lang)}" if others else ""
        return f"主体是{phrase(first, lang)}{more}。"
    more = f"; besides there {'are' if len(others) > 1 or say.is_plural(others[0]) else 'is'} {say.subjects(others, lang)}" if others else ""  # fmt: skip
    return f"The main subject is {phrase(first, lang)}{more}."


def count(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Count what was asked about; without a name, everything."""
    zh = lang == "zh"
    if not ask.subjects and not ask.groups:
        if ask.words:
            return _missing([f"“{word}”" for word in ask.words[:3]], sight, lang)
        total = sum(one.count for one in sight.subjects)
        seen = say.subjects(sight.subjects, lang)
        if not total:
            return "没有看到主体。" if zh else "I see no subjects."
        return f"一共 {total} 个:{seen}。" if zh else f"I count {total} in all: {seen}."
    parts = []
    for name in dict.fromkeys(one.name for one in ask.subjects):
        found = [one for one in sight.subjects if one.name == name]
        parts.append(_counted(found, say.bare(name, lang, 2), sight, lang))
    for name in ask.groups:
        found = [one for one in sight.subjects if SUBJECTS[one.name].category == name]
        parts.append(_counted(found, say.group(name, lang), sight, lang))
    return _joined(parts, lang)


def _counted(found: list[Subject], name: str, sight: Sight, lang: Lang) -> str:
    if not found:
        return _missing([name], sight, lang)
    total, seen = sum(one.count for one in found), say.subjects(found, lang)
    if len(found) == 1:
        return f"有{seen}。" if lang == "zh" else f"I see {seen}."
    return f"{name}共 {total} 个:{seen}。" if lang == "zh" else f"I count {total} {name}: {seen}."


def _missing(names: list[str], sight: Sight, lang: Lang) -> str:
    """Say that something is not there, and what is instead."""
    seen = say.subjects(sight.subjects, lang)
    if lang == "zh":
        return f"没有看到{say.listed(names, lang)}" + (f",只看到{seen}。" if seen else "。")
    return f"I see no {' and no '.join(names)}" + (f", only {seen}." if seen else ".")


def colour(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Tell the colours of what was asked about, or of everything."""
    zh = lang == "zh"
    if not sight.subjects:
        return "没有可以辨认颜色的主体。" if zh else "There is no subject whose colour could be told."
    if sight.grey and all(not sight.colour(one) for one in sight.subjects):
        return "画面没有彩色,无法判断主体的颜色。" if zh else "It is drawn without colours, so that none can be told."
    names = {one.name for one in ask.subjects}
    wanted = [one for one in sight.subjects if one.name in names or SUBJECTS[one.name].category in ask.groups]
    absent = [say.bare(name, lang, 2) for name in names - {one.name for one in sight.subjects}]
    parts = [_missing(sorted(absent), sight, lang)] if absent else []
    if not names and not ask.groups:
        wanted = list(sight.subjects)
    told = [_coloured(one, sight, lang) for one in wanted]
    if told:
        text = ",".join(told) if zh else say.listed(told, lang)
        parts.append(f"{text}。" if zh else f"{text[0].upper()}{text[1:]}.")
    return _joined(parts, lang)


def _coloured(one: Subject, sight: Sight, lang: Lang) -> str:
    seen = sight.colour(one)
    plain = phrase(Subject(one.name, one.count), lang)
    if lang == "zh":
        return f"{plain}是{say.colour(seen, lang)}的" if seen else f"{plain}的颜色无法判断"
    definite = f"the {plain.split(' ', 1)[1] if one.count == 1 and ' ' in plain and plain.startswith(('a ', 'an ')) else plain}"
    return f"{definite} {'are' if say.is_plural(one) else 'is'} {seen or 'of no colour that could be told'}"


def where(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Tell where in the frame subjects are; in films of several shots their places change."""
    names = {one.name for one in ask.subjects}
    wanted = [one for one in sight.subjects if not names or one.name in names]
    if not wanted:
        return (
            _missing([say.bare(name, lang, 2) for name in sorted(names)] or [""], sight, lang)
            if names
            else scene(ask, sight, lang)
        )
    if not sight.placed:
        return (
            f"{say.subjects(wanted, lang)}的位置随镜头变化。"
            if lang == "zh"
            else f"The place of {say.subjects(wanted, lang)} changes with the shots."
        )
    if lang == "zh":
        return "、".join(f"{phrase(one, lang)}在{say.place(one.position, lang)}" for one in wanted) + "。"
    told = [
        f"{phrase(one, lang)} {'around' if one.count > 1 else 'at'} the {say.place(one.position, lang)}"
        for one in wanted
    ]
    return f"I see {say.listed(told, lang)}."


def scene(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Name the setting, and say whether it is the one asked about."""
    seen = [say.scene(one, lang) for one in sight.scenes]
    if not seen:
        return "看不出具体的场景。" if lang == "zh" else "No particular setting can be made out."
    text = f"场景是{say.listed(seen, lang)}。" if lang == "zh" else f"The setting is: {say.listed(seen, lang)}."
    return _judged(text, ask.scenes, sight.scenes, ask, lang)


def style(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Name the manner of drawing."""
    seen = [say.style(one, lang) for one in sight.styles]
    if lang == "zh":
        text = f"风格是{say.listed(seen, lang)}。" if seen else "没有特别的风格,是朴素的插画画面。"
    else:
        text = (
            f"The style is {say.listed(seen, lang)}."
            if seen
            else "There is no particular style, a plain illustrated look."
        )
    return _judged(text, ask.styles, sight.styles, ask, lang)


def light(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Name time of day and weather, as far as they are drawn."""
    seen = [say.light(one, lang) for one in sight.lights]
    if lang == "zh":
        text = f"光线与天气:{say.listed(seen, lang)}。" if seen else "光线平常,看不出特定的时间或天气。"
    else:
        text = (
            f"The light: {say.listed(seen, lang)}."
            if seen
            else "The light is plain; no time of day or weather can be told."
        )
    return _judged(text, ask.lights, sight.lights, ask, lang)


def _judged(text: str, asked: tuple[str, ...], seen: tuple[str, ...], ask: Ask, lang: Lang) -> str:
    """Put Yes or No before an answer where a yes/no question names what it asks about."""
    if not asked or not ask.yes_no:
        return text
    right = all(name in seen for name in asked)
    if lang == "zh":
        return f"{'是的' if right else '不是'}:{text}"
    return f"{'Yes' if right else 'No'}: {text[0].lower()}{text[1:]}"


def text(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Read out the words in the picture, or the subtitles of a film with their times."""
    zh = lang == "zh"
    noun = say.noun(sight, lang)
    absent = [quote for quote in ask.quoted if quote.casefold() not in sight.words.casefold()]
    prefix = ""
    if ask.quoted:
        no = f"没有看到“{absent[0]}”。" if zh and absent else f"No, “{absent[0]}” is not to be read. " if absent else ""
        prefix = no or ("是的。" if zh else "Yes. ")
    elif ask.yes_no:
        prefix = ("是的。" if zh else "Yes. ") if sight.words else ("没有。" if zh else "No. ")
    if not sight.words:
        return prefix + (f"{noun}中没有文字。" if zh else f"There is no text in the {noun}.")
    if not sight.cues:
        return prefix + (f"文字是“{sight.words}”。" if zh else f"The text reads “{sight.words}”.")
    lines = [f"{say.clock(start)}-{say.clock(end)} “{words}”" for start, end, words in sight.cues[:MOST_LINES]]
    more = len(sight.cues) - len(lines)
    tail = (f"(其余 {more} 条略)" if zh else f" (and {more} more)") if more else ""
    caption = captions(sight)
    drawn = (f"画面文字:“{caption}”。" if zh else f" Drawn into the picture: “{caption}”.") if caption else ""
    return prefix + (f"字幕:{';'.join(lines)}{tail}。{drawn}" if zh else f"Subtitles: {'; '.join(lines)}{tail}.{drawn}")


def captions(sight: Sight) -> str:
    """Return the words that are drawn into the pictures, not laid over them."""
    left = sight.words
    for _, _, words in sight.cues:
        left = left.replace(words, "", 1)
    return " ".join(left.split())


def action(ask: Ask, sight: Sight, lang: Lang) -> str:
    """Say that no particular action can be made out: figures stand or sway, whatever a prompt asked of them."""
    seen = say.subjects(sight.subjects, lang)
    if lang == "zh":
        return f"看到{seen or '场景本身'},看不出具体的动作。"
    return f"I see {seen or 'the setting alone'}; no particular action can be made out."
